// The descriptors of processes: how many, and those through which they talk to others.
#pragma once

#include <cstdint>
#include <vector>

#include "procfs_text.h"

namespace ethogram::procfs {

enum class DescriptorKind : uint8_t { kSocket, kPipeReader, kPipeWriter, kPipeBoth };

// A descriptor through which a process talks to others.
struct Descriptor {
  uint32_t process;
  DescriptorKind kind;
  uint64_t inode;  // of the socket or pipe
  uint64_t net;    // inode of the network namespace; 0 where it may not be known
};

// How many descriptors a process has; `count` stays as it is where that cannot be known. kDenied where
// its descriptors may not be listed.
ReadResult CountDescriptors(int process_fd, bool real_procfs, uint64_t* count);

// Adds the sockets and pipes of a process, as far as they may be read; a system call for each
// descriptor that it has.
void ListDescriptors(int proc_fd, int32_t pid, uint32_t process, std::vector<Descriptor>* found);

}  // namespace ethogram::procfs
