{
  'targets': [
    {
      'target_name': 'ethogram_ebpf',
      'sources': [
        '../../src/core/ebpf_ends.cc',
        '../../src/core/ebpf_ledger.cc',
        '../../src/core/ebpf_links.cc',
        '../../src/core/ebpf_names.cc',
        '../../src/core/ebpf_programs.cc',
        '../../src/core/ebpf_records.cc',
        '../../src/core/ebpf_session.cc',
        '../../src/core/ebpf_sizes.cc',
        '../../src/core/ebpf_totals.cc',
        '../../src/binding/ebpf.cc',
      ],
      'include_dirs': ["<!(node -p \"require('node-addon-api').include_dir\")", '../../bpf'],
      'defines': ['NAPI_VERSION=8', 'NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS'],
      'cflags': ['-fvisibility=hidden'],
      'cflags_cc': ['-std=c++17', '-O2', '-Wall', '-Wextra', '-fno-exceptions', '-fvisibility=hidden'],
      'libraries': ['-lbpf'],
    },
  ],
}
