#include "ebpf_sizes.h"

#include <algorithm>

#include "records.h"

namespace ethogram::ebpf {

namespace {

// What the kernel adds to each entry of a hash: links, hash, key rounded up.
constexpr std::uint64_t kEntryBytes = 64;
// Maps of one entry or a fixed number: flushes and climbs per CPU and for the iterator, listeners,
// devices, rings of io_uring, calls that came before their counters.
constexpr std::uint64_t kPerCpuBytes = 16 << 10;
constexpr std::uint64_t kFixedBytes = 16384 + 4096 * (8 + 4 + kEntryBytes) +
                                      1024 * (sizeof(wire::device) + kEntryBytes) +
                                      1024 * (sizeof(wire::ring_use) + kEntryBytes) +
                                      1024 * (256 + kEntryBytes);

constexpr MapSizes kMost = {4u << 20, 32768, 8192, 16384, 8192, 4096, 8192, 8192, 65536};
constexpr MapSizes kLeast = {256u << 10, 1024, 256, 1024, 512, 256, 512, 512, 4096};

std::uint32_t Within(std::uint64_t wanted, std::uint32_t least, std::uint32_t most) {
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(wanted, least, most));
}

void Halve(MapSizes* sizes) {
  const auto halve = [](std::uint32_t* size, std::uint32_t least) {
    *size = std::max(*size / 2, least);
  };
  halve(&sizes->ring_bytes, kLeast.ring_bytes);
  halve(&sizes->flows, kLeast.flows);
  halve(&sizes->datagrams, kLeast.datagrams);
  halve(&sizes->requests, kLeast.requests);
  halve(&sizes->dirtiers, kLeast.dirtiers);
  halve(&sizes->charges, kLeast.charges);
  halve(&sizes->executables, kLeast.executables);
  halve(&sizes->cgroups, kLeast.cgroups);
  if (sizes->latencies > 1) halve(&sizes->latencies, kLeast.latencies);
}

}  // namespace

std::uint64_t BytesOf(const MapSizes& sizes, std::uint32_t cpus) {
  const auto hash = [](std::uint64_t entries, std::uint64_t bytes) {
    return entries * (bytes + kEntryBytes);
  };
  return sizes.ring_bytes + hash(sizes.flows, 8 + sizeof(wire::flow)) +
         hash(sizes.datagrams, sizeof(wire::flow_key) + sizeof(wire::flow)) +
         hash(sizes.requests, 8 + sizeof(wire::charge_key) + 24) +
         hash(sizes.dirtiers, 16 + 8 + sizeof(wire::identity)) +
         hash(sizes.charges, sizeof(wire::charge_key) + sizeof(wire::charge)) +
         hash(sizes.executables, 32 + 4) + hash(sizes.cgroups, 8 + 4) +
         hash(sizes.latencies, sizeof(wire::latency_key) + 8) + kFixedBytes + kPerCpuBytes * cpus;
}

MapSizes PlanSizes(const SizeOptions& options) {
  const std::uint64_t tasks = options.pid_max;
  MapSizes sizes;
  // A record of the ring has 700 bytes on the average, and it is emptied at a quarter.
  sizes.ring_bytes = kLeast.ring_bytes;
  while (sizes.ring_bytes < kMost.ring_bytes && sizes.ring_bytes < tasks * 256) sizes.ring_bytes *= 2;
  sizes.flows = Within(2 * tasks, kLeast.flows, kMost.flows);
  sizes.datagrams = Within(tasks / 2, kLeast.datagrams, kMost.datagrams);
  sizes.requests = Within(tasks, kLeast.requests, kMost.requests);
  sizes.dirtiers = Within(tasks / 2, kLeast.dirtiers, kMost.dirtiers);
  sizes.charges = Within(tasks / 4, kLeast.charges, kMost.charges);
  sizes.executables = Within(tasks / 2, kLeast.executables, kMost.executables);
  sizes.cgroups = Within(tasks / 2, kLeast.cgroups, kMost.cgroups);
  sizes.latencies = options.latency ? Within(4 * tasks, kLeast.latencies, kMost.latencies) : 1;
  for (int halvings = 0; halvings < 8; halvings++) {
    if (BytesOf(sizes, options.cpus) <= options.budget_bytes) break;
    Halve(&sizes);
  }
  return sizes;
}

}  // namespace ethogram::ebpf
