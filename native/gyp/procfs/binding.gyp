{
  'targets': [
    {
      'target_name': 'ethogram_procfs',
      'sources': [
        '../../src/core/procfs_account.cc',
        '../../src/core/procfs_build_id.cc',
        '../../src/core/procfs_capabilities.cc',
        '../../src/core/procfs_descriptors.cc',
        '../../src/core/procfs_directory.cc',
        '../../src/core/procfs_io_debt.cc',
        '../../src/core/procfs_memory.cc',
        '../../src/core/procfs_scanner.cc',
        '../../src/core/procfs_text.cc',
        '../../src/core/procfs_unix_peers.cc',
        '../../src/core/procfs_versions.cc',
        '../../src/binding/procfs.cc',
      ],
      'include_dirs': ["<!(node -p \"require('node-addon-api').include_dir\")"],
      'defines': ['NAPI_VERSION=8', 'NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS'],
      'cflags': ['-fvisibility=hidden'],
      'cflags_cc': ['-std=c++17', '-O2', '-Wall', '-Wextra', '-fno-exceptions', '-fvisibility=hidden'],
    },
  ],
}
