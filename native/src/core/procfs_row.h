// What a scan says of one process.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ethogram::procfs {

// The columns of a row. Up to kThreads they are what happened since the scan before, from it on
// what stands now.
enum Column : size_t {
  kCpuNs,
  kSwitches,
  kMinorFaults,
  kMajorFaults,
  kReadOps,
  kReadBytes,
  kWriteOps,
  kWriteBytes,
  kDiskReadBytes,
  kDiskWriteBytes,
  kThreads,
  kResidentBytes,
  kDescriptors,
  kColumnCount,
};

enum RowFlag : uint8_t {
  kStarted = 1,     // not there at the scan before
  kIoDenied = 2,    // /proc/PID/io may not be read: its columns are 0 and mean nothing
  kFdDenied = 4,    // neither may /proc/PID/fd
  kNoSwitches = 8,  // the kernel keeps no schedstat
  kEnded = 16,      // a zombie: these are its last numbers
};

using Values = std::array<uint64_t, kColumnCount>;

struct Row {
  uint32_t process;  // the scanner's own number: never used twice
  int32_t pid;
  uint8_t flags;
  Values values;
};

}  // namespace ethogram::procfs
