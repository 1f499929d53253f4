#include "procfs_scanner.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "procfs_directory.h"

namespace ethogram::procfs {

namespace {

constexpr uint64_t kKernelThreadFlag = 0x00200000;  // PF_KTHREAD
constexpr int kSigChld = 17;
// Control groups are read again for the first scans, since a manager moves what it forked, and
// then every 32nd scan.
constexpr uint32_t kYoungScans = 3;
constexpr uint32_t kRefreshEvery = 32;
// How often a process that does not run is read all the same.
constexpr uint32_t kRereadEvery = 8;

}  // namespace

std::unique_ptr<Scanner> Scanner::Open(const std::string& proc_root) {
  const int fd = open(proc_root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return nullptr;
  struct statfs fs;
  const bool real = fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
  return std::unique_ptr<Scanner>(new Scanner(fd, real));
}

Scanner::Scanner(int proc_fd, bool real_procfs)
    : proc_fd_(proc_fd),
      real_procfs_(real_procfs),
      ns_per_tick_(1'000'000'000ULL / static_cast<uint64_t>(sysconf(_SC_CLK_TCK))),
      page_bytes_(static_cast<uint64_t>(sysconf(_SC_PAGESIZE))) {}

Scanner::~Scanner() { close(proc_fd_); }

const Scan& Scanner::Next() {
  scan_number_++;
  scan_.rows.clear();
  scan_.facts.clear();
  scan_.vanished.clear();
  scan_.unreadable = 0;
  readings_.clear();
  const Directory table = OpenDirectoryAt(proc_fd_, ".");
  if (!table) {
    // Without the table nothing is known of anybody, so nobody may be taken for gone.
    scan_.unreadable = static_cast<uint32_t>(states_.size());
    return scan_;
  }
  while (const dirent* entry = readdir(table.get())) {
    int32_t pid = 0;
    if (NumericName(entry->d_name, pid)) ReadProcess(entry->d_name, pid);
  }
  CollectVanished();
  for (Reading& reading : readings_) AddRow(reading);
  return scan_;
}

void Scanner::ReadProcess(const char* pid_text, int32_t pid) {
  const auto known = states_.find(pid);
  if (known != states_.end() && IsIdle(pid_text, known->second)) {
    State& state = known->second;
    state.seen_in = scan_number_;
    state.scans++;
    readings_.push_back({&state, state.stat, false, false, false, 0, 0, true, {}});
    return;
  }
  const Fd process_fd(openat(proc_fd_, pid_text, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ReadResult result = process_fd.get() < 0 ? ResultOfErrno(errno)
                                           : ReadFileAt(process_fd.get(), "stat", text_);
  const std::optional<Stat> stat =
      result == ReadResult::kOk ? ParseStat(text_) : std::optional<Stat>();
  if (!stat) {
    // Where we may not look (hidepid), a process is not there for us.
    if (result == ReadResult::kGone || result == ReadResult::kDenied) return;
    scan_.unreadable++;
    if (known != states_.end()) known->second.seen_in = scan_number_;
    return;
  }
  if (known != states_.end() && known->second.start_ticks != stat->start_ticks) {
    replaced_.insert_or_assign(pid, std::move(known->second));
    states_.erase(known);
  }
  const auto [slot, is_new] = states_.try_emplace(pid);
  State& state = slot->second;
  if (is_new) {
    state.process = next_process_++;
    state.pid = pid;
    state.start_ticks = stat->start_ticks;
    state.kernel_thread = (stat->flags & kKernelThreadFlag) != 0;
  }
  state.seen_in = scan_number_;
  state.parent = stat->parent;
  state.stat = *stat;
  Reading reading{&state, *stat, is_new, state.comm != stat->comm, true, 0, 0, true, {}};
  // The name in `stat` points into the buffer that the next read takes.
  if (reading.renamed) state.comm.assign(stat->comm);
  reading.stat.comm = state.comm;

  reading.ran = ReadThreads(process_fd.get(), reading);
  if (reading.ran || is_new) {
    result = ReadFileAt(process_fd.get(), "io", text_);
    if (result == ReadResult::kOk) reading.io = ParseIo(text_);
    state.denied = result == ReadResult::kDenied ? kIoDenied : 0;
    if (!state.kernel_thread &&
        CountDescriptors(process_fd.get(), real_procfs_, &state.descriptors) == ReadResult::kDenied) {
      state.denied |= kFdDenied;
    }
  }
  const bool refresh = state.scans < kYoungScans || state.scans % kRefreshEvery == 0;
  if (reading.ran || reading.renamed || refresh) ReadIdentity(process_fd.get(), reading);
  state.scans++;
  readings_.push_back(std::move(reading));
}

// Whether a process of one thread has not run since it was last read: then nothing changed but what
// others do to it (its memory is reclaimed, its parent ends, it is moved), and for that it is read
// now and then. Another process under its PID would have run other nanoseconds.
bool Scanner::IsIdle(const char* pid_text, State& state) {
  const bool due = (state.scans + state.process) % kRereadEvery == 0;
  if (state.scans < kYoungScans || due || state.threads.size() != 1) return false;
  char path[48];
  snprintf(path, sizeof path, "%s/schedstat", pid_text);
  if (ReadFileAt(proc_fd_, path, text_) != ReadResult::kOk) return false;
  const auto sched = ParseSchedStat(text_);
  const SchedStat& last = state.threads[0].last;
  return sched && sched->run_ns == last.run_ns && sched->times_run == last.times_run;
}

// Adds up what the threads did. Returns false where none ran: then nothing else changed either.
bool Scanner::ReadThreads(int process_fd, Reading& reading) {
  State& state = *reading.state;
  const auto read_thread = [&](const char* path, int32_t tid, std::vector<Thread>& now) {
    if (ReadFileAt(process_fd, path, text_) != ReadResult::kOk) return;
    const auto sched = ParseSchedStat(text_);
    if (!sched) return;
    const auto before = std::find_if(state.threads.begin(), state.threads.end(),
                                     [&](const Thread& thread) { return thread.tid == tid; });
    const SchedStat base = before != state.threads.end() && before->last.run_ns <= sched->run_ns
                               ? before->last
                               : SchedStat{};
    reading.run_ns += sched->run_ns - base.run_ns;
    reading.switches += Grown(base.times_run, sched->times_run);
    now.push_back({tid, *sched});
  };
  std::vector<Thread> now;
  if (reading.stat.threads <= 1) {
    read_thread("schedstat", state.pid, now);
  } else if (const Directory tasks = OpenDirectoryAt(process_fd, "task")) {
    now.reserve(reading.stat.threads);
    char path[64];
    while (const dirent* entry = readdir(tasks.get())) {
      int32_t tid = 0;
      if (!NumericName(entry->d_name, tid)) continue;
      snprintf(path, sizeof path, "task/%d/schedstat", tid);
      read_thread(path, tid, now);
    }
  }
  reading.has_sched = !now.empty();
  const bool ran = !reading.has_sched || reading.run_ns > 0 || reading.switches > 0 ||
                   now.size() != state.threads.size();
  state.threads = std::move(now);
  return ran;
}

// Looks whether the process is still what it was, and hands out its facts where it is not.
void Scanner::ReadIdentity(int process_fd, Reading& reading) {
  State& state = *reading.state;
  const bool ended = reading.stat.state == 'Z' || reading.stat.state == 'X';
  std::optional<std::string> exe = state.exe;
  if (!state.kernel_thread && !ended) {
    std::string target;
    const ReadResult result = ReadLinkAt(process_fd, "exe", target);
    if (result == ReadResult::kOk) exe = std::move(target);
    if (result == ReadResult::kDenied) exe.reset();
  }
  std::string cgroup = state.cgroup;
  if (!state.kernel_thread && !ended &&
      ReadFileAt(process_fd, "cgroup", text_) == ReadResult::kOk) {
    cgroup = text_;
  }
  // Where there is no executable to go by, the name is all there is.
  const bool changed = reading.is_new || exe != state.exe || cgroup != state.cgroup ||
                       (!exe && reading.renamed && !ended && !state.kernel_thread);
  state.exe = std::move(exe);
  state.cgroup = std::move(cgroup);
  if (!changed) return;
  Facts facts{state.process, state.pid, 0, state.kernel_thread, {}, state.comm, state.exe,
              state.cgroup, {}};
  const auto parent = states_.find(state.parent);
  if (parent != states_.end()) facts.parent = parent->second.process;
  if (ReadFileAt(process_fd, "status", text_) == ReadResult::kOk) {
    facts.uid = static_cast<uint32_t>(FieldOf(text_, "Uid").value_or(0));
  }
  if (state.exe) facts.version = versions_.Of(process_fd);
  scan_.facts.push_back(std::move(facts));
}

std::vector<Descriptor> Scanner::Descriptors() const {
  std::vector<Descriptor> found;
  for (const auto& [pid, state] : states_) {
    if (!state.kernel_thread && !state.ended) ListDescriptors(proc_fd_, pid, state.process, &found);
  }
  return found;
}

void Scanner::CollectVanished() {
  for (const auto& [pid, state] : states_) {
    if (state.seen_in == scan_number_) continue;
    if (!state.ended) scan_.vanished.push_back(state.process);
    OweToParent(state);
  }
  for (const auto& [pid, state] : replaced_) {
    if (!state.ended) scan_.vanished.push_back(state.process);
    OweToParent(state);
  }
  replaced_.clear();
  for (auto slot = states_.begin(); slot != states_.end();) {
    slot = slot->second.seen_in == scan_number_ ? std::next(slot) : states_.erase(slot);
  }
}

// Books what a gone process was seen to do as owed by the nearest ancestor that still lives.
void Scanner::OweToParent(const State& gone) {
  const Io* io = gone.account.io();
  if (io == nullptr) return;
  int32_t parent = gone.parent;
  for (int depth = 0; depth < 64; depth++) {
    const auto slot = states_.find(parent);
    if (slot == states_.end()) return;
    State& state = slot->second;
    if (state.seen_in != scan_number_) {
      parent = state.parent;
      continue;
    }
    // Who ignores SIGCHLD never reaps, and is never given the child's numbers.
    char path[32];
    snprintf(path, sizeof path, "%d/status", parent);
    if (ReadFileAt(proc_fd_, path, text_) == ReadResult::kOk) {
      const uint64_t ignored = FieldOf(text_, "SigIgn", 16).value_or(0);
      if ((ignored >> (kSigChld - 1) & 1) != 0) return;
    }
    state.account.Owe(*io);
    return;
  }
}

void Scanner::AddRow(Reading& reading) {
  State& state = *reading.state;
  const Stat& stat = reading.stat;
  const bool first_scan = scan_number_ == 1;
  const bool ended = (stat.state == 'Z' || stat.state == 'X') && stat.threads <= 1;
  Row row{state.process, state.pid, state.denied, {}};
  if (reading.is_new && !first_scan) row.flags |= kStarted;
  if (!reading.has_sched) row.flags |= kNoSwitches;

  Usage used{};
  used.baseline = reading.is_new && first_scan;
  used.born = reading.is_new && !first_scan;
  used.run_ns = reading.run_ns;
  used.ticks_ns = (stat.user_ticks + stat.system_ticks) * ns_per_tick_;
  used.switches = reading.switches;
  used.minor_faults = stat.minor_faults;
  used.major_faults = stat.major_faults;
  used.io = reading.io;
  state.account.Book(used, row.values);
  row.values[kThreads] = std::max<uint64_t>(stat.threads, ended ? 0 : 1);
  row.values[kResidentBytes] = stat.resident_pages * page_bytes_;
  row.values[kDescriptors] = state.descriptors;
  if (ended) {
    if (state.ended) return;
    state.ended = true;
    row.flags |= kEnded;
  }
  scan_.rows.push_back(row);
}

}  // namespace ethogram::procfs
