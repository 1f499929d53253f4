// Tests of totals that become deltas, on maps made up here; built with ASan and UBSan.
#include "../../src/core/ebpf_totals.h"

#include <cstring>
#include <utility>
#include <vector>

#include "check.h"

using namespace ethogram;
using namespace ethogram::ebpf;

namespace {

using Charges = std::vector<std::pair<wire::charge_key, wire::charge>>;

wire::identity Program(std::uint32_t exe) {
  wire::identity identity{};
  identity.exe = exe;
  std::strcpy(identity.comm, "redis");
  return identity;
}

Charges Written(std::uint64_t requests, std::uint64_t bytes) {
  wire::charge_key key{};
  key.identity = Program(7);
  wire::charge charge{};
  charge.ops[1] = requests;
  charge.bytes[1] = bytes;
  return {{key, charge}};
}

std::uint64_t Sum(const Batch& batch, Column column) {
  std::uint64_t sum = 0;
  for (const Row& row : batch.rows) sum += row.values[column];
  return sum;
}

void TestChargesBecomeDeltas() {
  Ledger ledger(4096);
  Totals totals(&ledger);
  totals.TakeCharges(Written(3, 300));
  CHECK_EQUAL(Sum(ledger.Take(), kDiskWriteCalls), 3u);
  totals.TakeCharges(Written(5, 700));
  const Batch batch = ledger.Take();
  CHECK_EQUAL(Sum(batch, kDiskWriteCalls), 2u);
  CHECK_EQUAL(Sum(batch, kDiskWriteBytes), 400u);
  totals.TakeCharges(Written(5, 700));
  CHECK(ledger.Take().rows.empty());
}

void TestChargesThatTheKernelForgotBeginAnew() {
  Ledger ledger(4096);
  Totals totals(&ledger);
  totals.TakeCharges(Written(10, 1000));
  ledger.Take();
  totals.TakeCharges(Written(4, 400));
  CHECK_EQUAL(Sum(ledger.Take(), kDiskWriteBytes), 400u);
  totals.TakeCharges({});
  totals.TakeCharges(Written(6, 600));
  CHECK_EQUAL(Sum(ledger.Take(), kDiskWriteBytes), 600u);
}

wire::ring_key Process(std::uint64_t execs) {
  wire::ring_key key{};
  key.start_ns = 77;
  key.execs = execs;
  key.tgid = 100;
  return key;
}

void TestRingsBecomeDeltas() {
  Ledger ledger(4096);
  Totals totals(&ledger);
  wire::ring_use use{};
  use.owner = Program(7);
  for (std::uint64_t tick = 1; tick <= 3; tick++) {
    use.submits = tick * 10;
    use.completions = tick * 10 - 1;
    totals.TakeRings({{Process(1), use}});
    const Batch batch = ledger.Take();
    CHECK_EQUAL(Sum(batch, kUringSubmits), 10u);
    CHECK_EQUAL(Sum(batch, kUringCompletions), tick == 1 ? 9u : 10u);
  }
}

// A process that runs another program, or another one of its number, has an entry of its own.
void TestRingsOfOneNumberAreNotMixed() {
  Ledger ledger(4096);
  Totals totals(&ledger);
  wire::ring_use before{}, after{};
  before.owner = Program(7);
  before.submits = 5;
  after.owner = Program(8);
  after.submits = 3;
  totals.TakeRings({{Process(1), before}, {Process(2), after}});
  const std::uint32_t first = ledger.Identify(before.owner, false);
  for (const Row& row : ledger.Take().rows) {
    CHECK_EQUAL(row.values[kUringSubmits], row.identity == first ? 5u : 3u);
  }
}

// Units that come and go would fill the map: what nobody adds to is handed back, and nothing lost.
void TestIdleLatenciesAreHandedBack() {
  Ledger ledger(4096);
  Totals totals(&ledger);
  wire::latency_key busy{}, idle{};
  busy.identity = Program(7);
  idle.identity = Program(8);
  std::uint64_t calls = 0;
  std::vector<wire::latency_key> back;
  for (std::uint64_t tick = 1; back.empty() && tick < 2000; tick++) {
    back = totals.TakeLatencies({{busy, tick}, {idle, 5}});
  }
  CHECK_EQUAL(back.size(), 1u);
  CHECK(std::memcmp(&back.at(0), &idle, sizeof(idle)) == 0);
  ledger.Take();
  totals.EndLatency(idle, 7);
  totals.TakeLatencies({{idle, 2}});
  for (const Row& row : ledger.Take().rows) {
    for (const auto& [cell, counts] : row.cells) calls += counts.first;
  }
  CHECK_EQUAL(calls, 4u);
}

void TestLatenciesBecomeCells() {
  Ledger ledger(4096);
  Totals totals(&ledger);
  wire::latency_key key{};
  key.identity = Program(7);
  key.slot = 1;
  key.bucket = 12;
  totals.TakeLatencies({{key, 5}});
  ledger.Take();
  totals.TakeLatencies({{key, 8}});
  const Batch batch = ledger.Take();
  CHECK_EQUAL(batch.rows.size(), 1u);
  const auto& cells = batch.rows.at(0).cells;
  CHECK_EQUAL(cells.at(wire::TABLE_LATENCIES << 16 | LATENCY_SLOT(1, 12)).first, 3u);
}

}  // namespace

int main() {
  RUN(TestChargesBecomeDeltas);
  RUN(TestChargesThatTheKernelForgotBeginAnew);
  RUN(TestRingsBecomeDeltas);
  RUN(TestRingsOfOneNumberAreNotMixed);
  RUN(TestIdleLatenciesAreHandedBack);
  RUN(TestLatenciesBecomeCells);
  return ethogram::test::Finish();
}
