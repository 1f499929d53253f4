// Scans the process table once a tick and says what each process did since the scan before.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "procfs_account.h"
#include "procfs_descriptors.h"
#include "procfs_row.h"
#include "procfs_text.h"
#include "procfs_versions.h"

namespace ethogram::procfs {

// What a process is named by; handed out when it appears, executes another program, or moves to
// another control group.
struct Facts {
  uint32_t process;
  int32_t pid;
  uint32_t uid;
  bool kernel_thread;
  std::optional<uint32_t> parent;  // the number of the process that is its parent now
  std::string comm;
  std::optional<std::string> exe;
  std::string cgroup;
  std::optional<FileVersion> version;
};

struct Scan {
  std::vector<Row> rows;
  std::vector<Facts> facts;
  std::vector<uint32_t> vanished;  // without having been seen as a zombie
  uint32_t unreadable = 0;         // processes left out for want of descriptors or memory
};

// Keeps one state per process, keyed by (PID, start time). One scan costs one small file for a
// process that did not run, and six for one that did.
//
// The kernel adds the I/O of a reaped child to that of its parent. What the child was seen to do
// is taken off the parent again; what it did unseen (a process shorter than a tick) stays there.
class Scanner {
 public:
  // Opens the root of procfs; nothing where that fails.
  static std::unique_ptr<Scanner> Open(const std::string& proc_root);
  ~Scanner();
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;

  // The first call takes the baseline: its rows hold no deltas. The result is valid until the next.
  const Scan& Next();

  // The sockets and pipes of all processes of the last scan, as far as they may be read. Costs a
  // system call for each descriptor that is open on the host: not for every tick.
  std::vector<Descriptor> Descriptors() const;

  size_t process_count() const { return states_.size(); }

 private:
  struct Thread {
    int32_t tid;
    SchedStat last;
  };

  struct State {
    uint32_t process = 0;
    int32_t pid = 0;
    uint64_t start_ticks = 0;
    int32_t parent = 0;
    bool kernel_thread = false;
    bool ended = false;
    uint32_t scans = 0;       // how often it was seen
    uint64_t seen_in = 0;     // the scan in which it was last seen
    Account account;
    Stat stat;                // as last read; its `comm` is not valid
    std::vector<Thread> threads;
    uint64_t descriptors = 0;
    uint8_t denied = 0;
    std::string comm;
    std::optional<std::string> exe;
    std::string cgroup;
  };

  struct Reading {
    State* state;
    Stat stat;
    bool is_new;
    bool renamed;
    bool ran;
    uint64_t run_ns;
    uint64_t switches;
    bool has_sched;
    std::optional<Io> io;
  };

  Scanner(int proc_fd, bool real_procfs);
  void ReadProcess(const char* pid_text, int32_t pid);
  bool IsIdle(const char* pid_text, State& state);
  bool ReadThreads(int process_fd, Reading& reading);
  void ReadIdentity(int process_fd, Reading& reading);
  void CollectVanished();
  void OweToParent(const State& gone);
  void AddRow(Reading& reading);

  const int proc_fd_;
  const bool real_procfs_;
  const uint64_t ns_per_tick_;
  const uint64_t page_bytes_;
  uint32_t next_process_ = 0;
  uint64_t scan_number_ = 0;
  std::unordered_map<int32_t, State> states_;
  std::unordered_map<int32_t, State> replaced_;  // whose PID went to another process
  FileVersions versions_;
  std::vector<Reading> readings_;
  std::string text_;  // reused by every read
  Scan scan_;
};

}  // namespace ethogram::procfs
