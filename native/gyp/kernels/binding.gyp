{
  'targets': [
    {
      'target_name': 'ethogram_kernels',
      'sources': [
        '../../src/core/kernels_centres.cc',
        '../../src/core/kernels_linear.cc',
        '../../src/binding/kernels.cc',
      ],
      'include_dirs': ["<!(node -p \"require('node-addon-api').include_dir\")", '/usr/include/eigen3'],
      'defines': ['NAPI_VERSION=8', 'NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS', 'EIGEN_MPL2_ONLY', 'NDEBUG'],
      'cflags': ['-fvisibility=hidden'],
      # Without contraction a sum is the same number on every processor.
      'cflags_cc': ['-std=c++17', '-O3', '-ffp-contract=off', '-Wall', '-Wextra', '-fno-exceptions', '-fvisibility=hidden'],
    },
  ],
}
