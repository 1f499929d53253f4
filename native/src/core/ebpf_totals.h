// Turns totals that maps of the kernel keep by identity or process into deltas of rows.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ebpf_ledger.h"
#include "records.h"

namespace ethogram::ebpf {

// Remembers the totals of the tick before. Not thread-safe.
class Totals {
 public:
  explicit Totals(Ledger* ledger) : ledger_(ledger) {}

  // Takes in what reached devices in somebody's name so far. From the first time on, the kernel's
  // own accounting of bytes, which knows no requests, is left out.
  void TakeCharges(const std::vector<std::pair<wire::charge_key, wire::charge>>& charges);
  // Takes in how long calls took so far. Returns what stood still for minutes: who comes and goes
  // would fill the map. Whoever takes an entry out of it says what it held last.
  std::vector<wire::latency_key> TakeLatencies(
      const std::vector<std::pair<wire::latency_key, std::uint64_t>>& latencies);
  void EndLatency(const wire::latency_key& key, std::uint64_t last);
  // Takes in what processes handed to io_uring so far.
  void TakeRings(const std::vector<std::pair<wire::ring_key, wire::ring_use>>& rings);

 private:
  struct Latency {
    std::uint64_t count = 0;
    std::uint64_t changed = 0;  // number of the batch
  };
  void AddLatency(const wire::latency_key& key, std::uint64_t count);

  Ledger* const ledger_;
  std::uint64_t batches_ = 0;
  // By the bytes of the key.
  std::map<std::string, wire::charge> charges_;
  std::map<std::string, wire::ring_use> rings_;
  std::unordered_map<std::string, Latency> latencies_;
};

}  // namespace ethogram::ebpf
