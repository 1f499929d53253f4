#include "ebpf_totals.h"

#include <cstring>
#include <utility>

namespace ethogram::ebpf {

namespace {

// Batches without a call after which a latency's place in the map is wanted for others.
constexpr std::uint64_t kLatencyIdle = 300;

template <typename Key>
std::string TextOf(const Key& key) {
  return std::string(reinterpret_cast<const char*>(&key), sizeof(key));
}

}  // namespace

void Totals::TakeCharges(const std::vector<std::pair<wire::charge_key, wire::charge>>& charges) {
  ledger_->ChargeByRequest();
  std::map<std::string, wire::charge> known;
  for (const auto& [key, now] : charges) {
    const std::string text = TextOf(key);
    known[text] = now;
    const auto entry = charges_.find(text);
    wire::charge before = entry == charges_.end() ? wire::charge{} : entry->second;
    // The kernel makes room by forgetting who was idle longest: they begin anew.
    if (now.ops[0] < before.ops[0] || now.ops[1] < before.ops[1]) before = {};
    if (std::memcmp(&before, &now, sizeof(now)) == 0) continue;
    const std::uint32_t identity = ledger_->Identify(key.identity, key.kernel != 0);
    ledger_->AddTo(identity, kDiskReadCalls, now.ops[0] - before.ops[0]);
    ledger_->AddTo(identity, kDiskWriteCalls, now.ops[1] - before.ops[1]);
    ledger_->AddTo(identity, kDiskReadBytes, now.bytes[0] - before.bytes[0]);
    ledger_->AddTo(identity, kDiskWriteBytes, now.bytes[1] - before.bytes[1]);
  }
  charges_ = std::move(known);
}

void Totals::TakeRings(const std::vector<std::pair<wire::ring_key, wire::ring_use>>& rings) {
  std::map<std::string, wire::ring_use> known;
  for (const auto& [key, now] : rings) {
    const std::string text = TextOf(key);
    known[text] = now;
    const auto entry = rings_.find(text);
    wire::ring_use before = entry == rings_.end() ? wire::ring_use{} : entry->second;
    // The kernel makes room by forgetting who was idle longest: they begin anew.
    if (now.submits < before.submits || now.completions < before.completions) before = {};
    if (now.submits == before.submits && now.completions == before.completions) continue;
    const std::uint32_t identity = ledger_->Identify(now.owner, false);
    ledger_->AddTo(identity, kUringSubmits, now.submits - before.submits);
    ledger_->AddTo(identity, kUringCompletions, now.completions - before.completions);
  }
  rings_ = std::move(known);
}

std::vector<wire::latency_key> Totals::TakeLatencies(
    const std::vector<std::pair<wire::latency_key, std::uint64_t>>& latencies) {
  batches_++;
  std::vector<wire::latency_key> idle;
  for (const auto& [key, now] : latencies) {
    Latency& known = latencies_[TextOf(key)];
    if (now != known.count) {
      AddLatency(key, now - known.count);
      known = Latency{now, batches_};
    } else if (known.changed + kLatencyIdle < batches_) {
      idle.push_back(key);
    }
  }
  return idle;
}

void Totals::EndLatency(const wire::latency_key& key, std::uint64_t last) {
  const auto known = latencies_.find(TextOf(key));
  if (known == latencies_.end()) return;
  if (last > known->second.count) AddLatency(key, last - known->second.count);
  latencies_.erase(known);
}

void Totals::AddLatency(const wire::latency_key& key, std::uint64_t count) {
  const std::uint32_t slot = LATENCY_SLOT(key.slot, key.bucket);
  ledger_->AddLatencies(ledger_->Identify(key.identity, false), slot, count);
}

}  // namespace ethogram::ebpf
