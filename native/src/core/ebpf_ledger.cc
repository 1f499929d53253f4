#include "ebpf_ledger.h"

#include <algorithm>
#include <utility>

#include "ebpf_records.h"

namespace ethogram::ebpf {

namespace {

// Batches in which a record of a process that ended may still come.
constexpr std::uint64_t kRememberEnded = 2;

std::uint32_t CellKey(const wire::cell& cell) {
  return static_cast<std::uint32_t>(cell.table) << 16 | cell.slot;
}

}  // namespace

void Ledger::TakeRecords(const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (const std::size_t whole = TaskRecordLength(at, size)) {
    TakeRecord(at, whole);
    at += whole;
    size -= whole;
  }
  if (size > 0) malformed_++;
}

void Ledger::TakeRecord(const void* data, std::size_t size) {
  Record record = ReadRecord(data, size);
  if (const auto* path = std::get_if<PathRecord>(&record)) {
    names_.TakePath(path->head, path->text);
  } else if (auto* task = std::get_if<TaskRecord>(&record)) {
    TakeTask(task->head, std::move(task->cells));
  } else {
    malformed_++;
  }
}

void Ledger::TakeTask(const wire::task_record& record, std::vector<wire::cell> cells) {
  const bool kernel_thread = (record.flags & wire::TASK_KERNEL) != 0;
  const std::uint32_t identity = Identify(record.identity, kernel_thread);
  if (record.kind == wire::RECORD_OOM) {
    out_of_memory_.push_back(identity);
    return;
  }
  if (record.kind == wire::RECORD_FORK) {
    RowOf(identity).values[kStarts]++;
    // The iterator may have met the child already, and knows more of it.
    processes_.try_emplace(record.tgid, Process{identity, census_, 0, 0, 0, 0});
    return;
  }
  std::sort(cells.begin(), cells.end(), [](const wire::cell& a, const wire::cell& b) {
    return CellKey(a) < CellKey(b);
  });
  Thread& thread = threads_[record.generation];
  Row& row = RowOf(identity);
  AddUsage(row, record.usage, thread.usage);
  AddCells(row, cells, thread.cells);
  if (record.kind == wire::RECORD_TASK) {
    thread.tgid = record.tgid;
    thread.identity = identity;
    thread.census = census_;
    thread.usage = record.usage;
    thread.cells = std::move(cells);
  } else {
    threads_.erase(record.generation);
  }
  if (!HasEnded(record)) TakeProcess(record, identity);
}

void Ledger::TakeProcess(const wire::task_record& record, std::uint32_t identity) {
  Process& process = processes_[record.tgid];
  process.identity = identity;
  process.census = census_;
  if (record.kind == wire::RECORD_TASK) {
    if (record.flags & wire::TASK_MEMORY) {
      process.resident_pages = record.rss_pages;
      process.descriptors = record.descriptors;
    }
  } else if (record.kind == wire::RECORD_EXEC) {
    RowOf(identity).values[kExits]++;
    TakeExec(record, process);
  } else if (record.flags & wire::TASK_GROUP_DEAD) {
    if ((record.flags & wire::TASK_KERNEL) == 0) RowOf(identity).values[kExits]++;
    EndSpawn(process);
    processes_.erase(record.tgid);
    ended_[record.tgid] = Ended{record.start_ns, batches_};
  }
}

// Threads that die together may all see that nobody is left, and their records come in any order.
bool Ledger::HasEnded(const wire::task_record& record) const {
  const auto ended = ended_.find(record.tgid);
  return ended != ended_.end() && ended->second.start_ns == record.start_ns;
}

void Ledger::TakeExec(const wire::task_record& record, Process& process) {
  const std::uint32_t next = Identify(record.next, false);
  RowOf(next).values[kStarts]++;
  // The iterator may have met the new program already, and knows more of it.
  if (threads_.count(record.next_generation) == 0) {
    process.resident_pages = 0;
    process.descriptors = 0;
  }
  EndSpawn(process);
  process.identity = next;
  Spawn(process, record.parent);
  Thread& renewed = threads_[record.next_generation];
  renewed.tgid = record.tgid;
  renewed.identity = next;
  renewed.census = census_;
}

void Ledger::Spawn(Process& process, std::uint32_t parent_tgid) {
  process.spawner = IdentityOf(parent_tgid);
  process.spawned = process.identity;
  if (process.spawner == 0 || process.spawner == process.spawned) return;
  spawns_[{process.spawner, process.spawned}].opened++;
}

void Ledger::EndSpawn(const Process& process) {
  if (process.spawner == 0 || process.spawner == process.spawned) return;
  spawns_[{process.spawner, process.spawned}].closed++;
}

std::vector<SpawnCounts> Ledger::TakeSpawns() {
  std::vector<SpawnCounts> taken;
  for (const auto& [ends, counts] : spawns_) {
    taken.push_back(SpawnCounts{ends.first, ends.second, counts.opened, counts.closed});
  }
  spawns_.clear();
  return taken;
}

void Ledger::AddTo(std::uint32_t identity, Column column, std::uint64_t count) {
  RowOf(identity).values[column] += count;
}

void Ledger::AddLatencies(std::uint32_t identity, std::uint32_t slot, std::uint64_t count) {
  RowOf(identity).cells[wire::TABLE_LATENCIES << 16 | slot].first += count;
}

void Ledger::AddUsage(Row& row, const wire::usage& now, const wire::usage& before) {
  const auto add = [&](Column column, std::uint64_t after, std::uint64_t earlier) {
    if (after < earlier) {
      torn_++;
    } else {
      row.values[column] += after - earlier;
    }
  };
  add(kCpuNs, now.cpu_ns, before.cpu_ns);
  add(kSwitches, now.switches, before.switches);
  add(kMinorFaults, now.minor_faults, before.minor_faults);
  add(kMajorFaults, now.major_faults, before.major_faults);
  add(kReadBytes, now.read_bytes, before.read_bytes);
  add(kWriteBytes, now.write_bytes, before.write_bytes);
  if (charged_by_request_) return;
  add(kDiskReadBytes, now.disk_read_bytes, before.disk_read_bytes);
  add(kDiskWriteBytes, now.disk_write_bytes, before.disk_write_bytes);
}

void Ledger::AddCells(Row& row, const std::vector<wire::cell>& now,
                      const std::vector<wire::cell>& before) {
  auto earlier = before.begin();
  for (const wire::cell& cell : now) {
    const std::uint32_t key = CellKey(cell);
    while (earlier != before.end() && CellKey(*earlier) < key) ++earlier;
    const bool known = earlier != before.end() && CellKey(*earlier) == key;
    // Counters are modulo 2^32; more than half of that in one tick is no count but a tear.
    const std::uint32_t first = cell.first - (known ? earlier->first : 0);
    const std::uint32_t second = cell.second - (known ? earlier->second : 0);
    if (first > 0x7fffffffu || second > 0x7fffffffu) {
      torn_++;
    } else if (first > 0 || second > 0) {
      // Every successful call of a family stands in one bucket of its sizes.
      if (cell.table == wire::TABLE_READ_SIZES) row.values[kReadCalls] += first;
      if (cell.table == wire::TABLE_WRITE_SIZES) row.values[kWriteCalls] += first;
      Counts& counts = row.cells[key];
      counts.first += first;
      counts.second += second;
    }
  }
}

Row& Ledger::RowOf(std::uint32_t identity) {
  Row& row = rows_[identity];
  row.identity = identity;
  return row;
}

std::uint32_t Ledger::IdentityOf(std::uint32_t tgid) const {
  const auto process = processes_.find(tgid);
  return process == processes_.end() ? 0 : process->second.identity;
}

void Ledger::BeginCensus() { census_++; }

void Ledger::EndCensus() {
  for (auto thread = threads_.begin(); thread != threads_.end();) {
    thread = thread->second.census != census_ ? threads_.erase(thread) : std::next(thread);
  }
  for (auto process = processes_.begin(); process != processes_.end();) {
    if (process->second.census == census_) {
      ++process;
      continue;
    }
    RowOf(process->second.identity).values[kExits]++;
    EndSpawn(process->second);
    process = processes_.erase(process);
  }
}

void Ledger::AddGauges() {
  for (const auto& [tgid, process] : processes_) {
    Row& row = RowOf(process.identity);
    row.values[kInstances]++;
    row.values[kResidentBytes] += process.resident_pages * page_bytes_;
    row.values[kDescriptors] += process.descriptors;
  }
  for (const auto& [generation, thread] : threads_) RowOf(thread.identity).values[kThreads]++;
}

Batch Ledger::Take() {
  Batch batch;
  AddGauges();
  batches_++;
  for (auto ended = ended_.begin(); ended != ended_.end();) {
    ended = ended->second.batch + kRememberEnded < batches_ ? ended_.erase(ended) : std::next(ended);
  }
  batch.rows.reserve(rows_.size());
  for (auto& [identity, row] : rows_) {
    names_.Use(identity);
    batch.rows.push_back(std::move(row));
  }
  rows_.clear();
  batch.out_of_memory = std::exchange(out_of_memory_, {});
  batch.torn = std::exchange(torn_, 0);
  batch.malformed = std::exchange(malformed_, 0);
  names_.Take(&batch.facts, &batch.retired);
  return batch;
}

}  // namespace ethogram::ebpf
