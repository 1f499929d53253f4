// How large the maps in the kernel are: by how many processes there can be, within a budget.
#pragma once

#include <cstdint>

namespace ethogram::ebpf {

struct SizeOptions {
  std::uint64_t budget_bytes = 32u << 20;  // of all maps, full
  std::uint32_t pid_max = 32768;           // most processes and threads at once
  std::uint32_t cpus = 1;
  bool latency = false;
};

// Numbers of entries, but for the ring.
struct MapSizes {
  std::uint32_t ring_bytes = 0;  // a power of two
  std::uint32_t flows = 0;
  std::uint32_t datagrams = 0;  // a flow for each address that a socket sends to
  std::uint32_t requests = 0;
  std::uint32_t dirtiers = 0;
  std::uint32_t charges = 0;
  std::uint32_t executables = 0;
  std::uint32_t cgroups = 0;
  std::uint32_t latencies = 0;
};

// What maps of these sizes take when they are full, with those whose size is fixed.
std::uint64_t BytesOf(const MapSizes& sizes, std::uint32_t cpus);

// As much as `pid_max` tasks can use, halved until it fits the budget; never below what a small
// host needs to count at all, so that a budget may be overrun: compare with BytesOf.
MapSizes PlanSizes(const SizeOptions& options);

// Of the counters that hang on one thread, as the kernel's allocator rounds them.
constexpr std::uint32_t kBytesPerThread = 4096 + 256;

}  // namespace ethogram::ebpf
