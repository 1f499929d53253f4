#include "procfs_account.h"

#include <algorithm>

#include "procfs_io_debt.h"

namespace ethogram::procfs {

namespace {

// A debt that the parent's own numbers never grew to cover was not owed: it ignores SIGCHLD.
constexpr uint32_t kDebtScans = 2;

}  // namespace

void Account::Book(const Usage& now, Values& values) {
  BookCpu(now, values);
  if (now.io) {
    // Numbers that could not be read before are a baseline, unless the process is new.
    if (has_io_ || now.born) BookIo(*now.io, values);
    io_ = *now.io;
    has_io_ = true;
  }
  if (Owes(debt_) && debt_age_++ >= kDebtScans) debt_ = Io{};
}

// Two lower bounds: the sum over live threads, to the nanosecond but without the last of threads
// that ended, and the total of the process in clock ticks. The larger is nearer the truth.
void Account::BookCpu(const Usage& now, Values& values) {
  const uint64_t total = std::max(cpu_ns_ + now.run_ns, now.ticks_ns);
  if (!now.baseline) {
    values[kCpuNs] = total - cpu_ns_;
    values[kSwitches] = now.switches;
    values[kMinorFaults] = Grown(minor_faults_, now.minor_faults);
    values[kMajorFaults] = Grown(major_faults_, now.major_faults);
  }
  cpu_ns_ = total;
  minor_faults_ = now.minor_faults;
  major_faults_ = now.major_faults;
}

void Account::BookIo(const Io& now, Values& values) {
  const auto settled = [&](uint64_t Io::*number) {
    return Settle(Grown(io_.*number, now.*number), debt_.*number);
  };
  values[kReadOps] = settled(&Io::read_ops);
  values[kReadBytes] = settled(&Io::read_bytes);
  values[kWriteOps] = settled(&Io::write_ops);
  values[kWriteBytes] = settled(&Io::written_bytes);
  values[kDiskReadBytes] = settled(&Io::disk_read_bytes);
  const uint64_t cancelled = settled(&Io::cancelled_bytes);
  const uint64_t written = settled(&Io::disk_written_bytes);
  values[kDiskWriteBytes] = written - std::min(written, cancelled);
}

void Account::Owe(const Io& of_child) {
  Add(debt_, of_child);
  debt_age_ = 0;
}

}  // namespace ethogram::procfs
