// Tests of the scanner on process tables made up in a folder; built with ASan and UBSan.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "../../src/core/procfs_build_id.h"
#include "../../src/core/procfs_capabilities.h"
#include "../../src/core/procfs_scanner.h"
#include "../../src/core/procfs_text.h"
#include "../../src/core/procfs_unix_peers.h"
#include "check.h"

namespace fs = std::filesystem;
using namespace ethogram::procfs;

namespace {

// A process as the table shows it.
struct Process {
  int pid = 100;
  std::string comm = "nginx";
  char state = 'S';
  int parent = 1;
  uint64_t flags = 0;
  uint64_t minor_faults = 0, major_faults = 0, user_ticks = 0, system_ticks = 0;
  uint64_t start_ticks = 5000;
  uint64_t resident_pages = 10;
  std::string exe = "/usr/sbin/nginx";
  std::string cgroup = "0::/system.slice/nginx.service\n";
  Io io;
  uint64_t ignored_signals = 0;
  // TID to run time and times run; the PID's own first.
  std::vector<std::pair<int, SchedStat>> threads = {{100, {}}};
};

class Table {
 public:
  Table() {
    char pattern[] = "/tmp/ethogram-procfs-XXXXXX";
    root_ = mkdtemp(pattern);
  }
  ~Table() { fs::remove_all(root_); }

  const std::string& root() const { return root_; }

  void Put(const Process& process) {
    const fs::path folder = fs::path(root_) / std::to_string(process.pid);
    fs::remove_all(folder);
    fs::create_directories(folder / "fd");
    Write(folder / "fd" / "0", "");
    Write(folder / "fd" / "17", "");
    char line[512];
    snprintf(line, sizeof line,
             "%d (%s) %c %d 1 1 0 -1 %llu %llu 0 %llu 0 %llu %llu 0 0 20 0 %zu 0 %llu 1000 %llu 0\n",
             process.pid, process.comm.c_str(), process.state, process.parent, Long(process.flags),
             Long(process.minor_faults), Long(process.major_faults), Long(process.user_ticks),
             Long(process.system_ticks), process.threads.size(), Long(process.start_ticks),
             Long(process.resident_pages));
    Write(folder / "stat", line);
    snprintf(line, sizeof line,
             "rchar: %llu\nwchar: %llu\nsyscr: %llu\nsyscw: %llu\nread_bytes: %llu\n"
             "write_bytes: %llu\ncancelled_write_bytes: %llu\n",
             Long(process.io.read_bytes), Long(process.io.written_bytes),
             Long(process.io.read_ops), Long(process.io.write_ops),
             Long(process.io.disk_read_bytes), Long(process.io.disk_written_bytes),
             Long(process.io.cancelled_bytes));
    Write(folder / "io", line);
    snprintf(line, sizeof line, "Name:\tx\nUid:\t33\t33\t33\t33\nSigIgn:\t%016llx\n",
             Long(process.ignored_signals));
    Write(folder / "status", line);
    Write(folder / "cgroup", process.cgroup);
    if (!process.exe.empty()) fs::create_symlink(process.exe, folder / "exe");
    for (const auto& [tid, sched] : process.threads) {
      snprintf(line, sizeof line, "%llu 7 %llu\n", Long(sched.run_ns), Long(sched.times_run));
      const fs::path task = folder / "task" / std::to_string(tid);
      fs::create_directories(task);
      Write(task / "schedstat", line);
      if (tid == process.pid) Write(folder / "schedstat", line);
    }
  }

  void Remove(int pid) { fs::remove_all(fs::path(root_) / std::to_string(pid)); }

  static void Write(const fs::path& path, const std::string& text) {
    std::ofstream(path) << text;
  }

 private:
  static unsigned long long Long(uint64_t number) { return number; }
  std::string root_;
};

Process Init() {
  Process init;
  init.pid = 1;
  init.comm = "init";
  init.exe = "/sbin/init";
  init.parent = 0;
  init.threads = {{1, {}}};
  return init;
}

const Row* RowOf(const Scan& scan, int pid) {
  for (const Row& row : scan.rows) {
    if (row.pid == pid) return &row;
  }
  return nullptr;
}

const Facts* FactsOf(const Scan& scan, int pid) {
  for (const Facts& facts : scan.facts) {
    if (facts.pid == pid) return &facts;
  }
  return nullptr;
}

void Ran(Process& process, uint64_t ns, uint64_t times) {
  process.threads[0].second.run_ns += ns;
  process.threads[0].second.times_run += times;
}

void TestStatOfHostileName() {
  const auto stat = ParseStat("7 (a) R 1 (b) S 3 1 1 0 -1 64 5 0 6 0 7 8 0 0 20 0 2 0 99 1 -4 0");
  CHECK(stat.has_value());
  CHECK_EQUAL(stat->comm, std::string_view("a) R 1 (b"));
  CHECK_EQUAL(stat->parent, 3);
  CHECK_EQUAL(stat->minor_faults, 5u);
  CHECK_EQUAL(stat->major_faults, 6u);
  CHECK_EQUAL(stat->user_ticks + stat->system_ticks, 15u);
  CHECK_EQUAL(stat->threads, 2u);
  CHECK_EQUAL(stat->start_ticks, 99u);
  CHECK_EQUAL(stat->resident_pages, 0u);
}

void TestTextThatIsNone() {
  for (const char* text : {"", "7", "7 (a", ")(", "7 (a) R", "7 (a) RR 1", "7 (a) S x 1 1 0"}) {
    CHECK(!ParseStat(text));
  }
  CHECK(!ParseIo("rchar: 1\n"));
  CHECK(!ParseIo(""));
  CHECK(!ParseSchedStat("1 2"));
  CHECK(!FieldOf("Uid:\tx\n", "Uid"));
  CHECK(!FieldOf("Uid", "Uid"));
  CHECK_EQUAL(*FieldOf("A:\t1\nSigIgn:\t00000000000100ff\n", "SigIgn", 16), 0x100ffu);
}

void TestRandomTextNeverBreaksAParser() {
  std::mt19937 random(1);
  const std::string seed = "7 (a) S 3 1 1 0 -1 64 5 0 6 0 7 8 0 0 20 0 2 0 99 1 4 0\nrchar: 12\n";
  for (int round = 0; round < 10000; round++) {
    std::string text = seed.substr(0, random() % (seed.size() + 1));
    for (int change = 0; change < 4 && !text.empty(); change++) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    ParseStat(text);
    ParseIo(text);
    ParseSchedStat(text);
    FieldOf(text, "rchar");
  }
}

void TestDeltasSinceTheBaseline() {
  Table table;
  Process nginx;
  nginx.io = {1000, 2000, 10, 20, 4096, 8192, 0};
  nginx.minor_faults = 50;
  nginx.threads = {{100, {5'000'000, 9}}};
  table.Put(nginx);
  const auto scanner = Scanner::Open(table.root());
  const Scan& first = scanner->Next();
  CHECK_EQUAL(first.rows.size(), 1u);
  CHECK_EQUAL(first.rows[0].flags, 0);
  for (size_t column = 0; column < kThreads; column++) CHECK_EQUAL(first.rows[0].values[column], 0u);
  const Facts* facts = FactsOf(first, 100);
  CHECK(facts != nullptr);
  CHECK_EQUAL(*facts->exe, std::string("/usr/sbin/nginx"));
  CHECK_EQUAL(facts->cgroup, std::string("0::/system.slice/nginx.service\n"));
  CHECK_EQUAL(facts->uid, 33u);

  nginx.io = {1500, 2000, 12, 20, 4096, 12288, 1024};
  nginx.minor_faults = 53;
  Ran(nginx, 1'000'001, 2);
  table.Put(nginx);
  const Scan& second = scanner->Next();
  const Row* row = RowOf(second, 100);
  CHECK(row != nullptr);
  CHECK_EQUAL(row->values[kCpuNs], 1'000'001u);
  CHECK_EQUAL(row->values[kSwitches], 2u);
  CHECK_EQUAL(row->values[kMinorFaults], 3u);
  CHECK_EQUAL(row->values[kReadOps], 2u);
  CHECK_EQUAL(row->values[kReadBytes], 500u);
  CHECK_EQUAL(row->values[kWriteOps], 0u);
  CHECK_EQUAL(row->values[kDiskReadBytes], 0u);
  CHECK_EQUAL(row->values[kDiskWriteBytes], 3072u);
  CHECK_EQUAL(row->values[kThreads], 1u);
  CHECK_EQUAL(row->values[kResidentBytes], 10u * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)));
  CHECK_EQUAL(row->values[kDescriptors], 2u);
  CHECK(second.facts.empty());
}

void TestCpuTimeIsNeverMoreThanTheTruthAndCatchesUpWithIt() {
  Table table;
  Process java;
  java.user_ticks = 100;
  java.threads = {{100, {900'000'000, 1}}, {101, {50'000'000, 1}}};
  table.Put(java);
  const auto scanner = Scanner::Open(table.root());
  scanner->Next();
  // A thread of 200 ms came and went between the scans: only the total knows of it.
  Ran(java, 3'000'000, 1);
  java.user_ticks = 121;
  table.Put(java);
  CHECK_EQUAL(RowOf(scanner->Next(), 100)->values[kCpuNs], 210'000'000u);
  // And the threads know of what is less than a clock tick.
  Ran(java, 4'000'000, 1);
  table.Put(java);
  CHECK_EQUAL(RowOf(scanner->Next(), 100)->values[kCpuNs], 4'000'000u);
}

void TestThreadsThatComeAndGo() {
  Table table;
  Process java;
  java.threads = {{100, {100, 1}}, {101, {200, 1}}};
  table.Put(java);
  const auto scanner = Scanner::Open(table.root());
  scanner->Next();
  java.threads = {{100, {150, 2}}, {102, {30, 4}}};
  table.Put(java);
  const Row* row = RowOf(scanner->Next(), 100);
  CHECK_EQUAL(row->values[kCpuNs], 80u);
  CHECK_EQUAL(row->values[kSwitches], 5u);
  CHECK_EQUAL(row->values[kThreads], 2u);
}

void TestNewProcessCountsFromItsStart() {
  Table table;
  table.Put(Init());
  const auto scanner = Scanner::Open(table.root());
  scanner->Next();
  Process nginx;
  nginx.io.read_bytes = 700;
  nginx.user_ticks = 2;
  nginx.threads = {{100, {25'000'000, 3}}};
  table.Put(nginx);
  const Scan& scan = scanner->Next();
  const Row* row = RowOf(scan, 100);
  CHECK_EQUAL(row->flags, kStarted);
  CHECK_EQUAL(row->values[kReadBytes], 700u);
  CHECK_EQUAL(row->values[kCpuNs], 25'000'000u);
  CHECK_EQUAL(row->values[kSwitches], 3u);
  CHECK(FactsOf(scan, 100) != nullptr);
}

void TestReusedPidIsAnotherProcess() {
  Table table;
  Process nginx;
  nginx.io.read_bytes = 5000;
  table.Put(nginx);
  const auto scanner = Scanner::Open(table.root());
  const uint32_t before = scanner->Next().rows[0].process;
  nginx.start_ticks = 6000;
  nginx.io.read_bytes = 40;
  nginx.exe = "/bin/ls";
  table.Put(nginx);
  const Scan& scan = scanner->Next();
  CHECK_EQUAL(scan.vanished.size(), 1u);
  CHECK_EQUAL(scan.vanished[0], before);
  CHECK(scan.rows[0].process != before);
  CHECK_EQUAL(scan.rows[0].flags, kStarted);
  CHECK_EQUAL(scan.rows[0].values[kReadBytes], 40u);
  CHECK_EQUAL(*FactsOf(scan, 100)->exe, std::string("/bin/ls"));
  CHECK_EQUAL(scanner->process_count(), 1u);
}

void TestZombieGivesItsLastNumbersOnce() {
  Table table;
  Process child;
  table.Put(child);
  const auto scanner = Scanner::Open(table.root());
  scanner->Next();
  child.state = 'Z';
  child.exe.clear();
  Ran(child, 1000, 1);
  table.Put(child);
  const Scan& last = scanner->Next();
  CHECK_EQUAL(last.rows.size(), 1u);
  CHECK_EQUAL(last.rows[0].flags, kEnded);
  CHECK_EQUAL(last.rows[0].values[kCpuNs], 1000u);
  CHECK(last.facts.empty());
  CHECK(scanner->Next().rows.empty());
  table.Remove(child.pid);
  CHECK(scanner->Next().vanished.empty());
  CHECK_EQUAL(scanner->process_count(), 0u);
}

void TestLeaderThatEndedBeforeItsThreadsStillRuns() {
  Table table;
  Process java;
  java.state = 'Z';
  java.threads = {{100, {100, 1}}, {101, {200, 1}}};
  table.Put(java);
  const auto scanner = Scanner::Open(table.root());
  CHECK_EQUAL(scanner->Next().rows[0].flags & kEnded, 0);
  java.threads[1].second.run_ns = 900;
  table.Put(java);
  CHECK_EQUAL(RowOf(scanner->Next(), 100)->values[kCpuNs], 700u);
}

// A shell of 1,000 read bytes whose child read 5,000; the kernel adds the child's at its reaping.
void ReapChild(uint64_t ignored_signals, uint64_t expected_first, uint64_t expected_next) {
  Table table;
  Process shell;
  shell.pid = 50;
  shell.threads = {{50, {}}};
  shell.io.read_bytes = 1000;
  shell.ignored_signals = ignored_signals;
  Process child;
  child.parent = 50;
  child.io.read_bytes = 5000;
  table.Put(shell);
  table.Put(child);
  const auto scanner = Scanner::Open(table.root());
  scanner->Next();
  // 300 bytes of its own, and, where it reaps, the child's 5,000 and 200 that nobody saw.
  shell.io.read_bytes += 300 + (ignored_signals == 0 ? 5200 : 0);
  Ran(shell, 1000, 1);
  table.Put(shell);
  table.Remove(child.pid);
  CHECK_EQUAL(RowOf(scanner->Next(), 50)->values[kReadBytes], expected_first);
  shell.io.read_bytes += 70;
  Ran(shell, 1000, 1);
  table.Put(shell);
  CHECK_EQUAL(RowOf(scanner->Next(), 50)->values[kReadBytes], expected_next);
}

void TestReapedChildIsNotCountedTwice() { ReapChild(0, 500, 70); }

void TestParentThatNeverReapsKeepsItsOwn() { ReapChild(1u << 16, 300, 70); }

void TestDebtPassesOnToTheNextLivingAncestor() {
  Table table;
  Process init = Init();
  Process shell;
  shell.pid = 50;
  shell.threads = {{50, {}}};
  shell.io.read_bytes = 10;
  Process child;
  child.parent = 50;
  child.io.read_bytes = 500;
  for (const Process& process : {init, shell, child}) table.Put(process);
  const auto scanner = Scanner::Open(table.root());
  scanner->Next();
  table.Remove(50);
  table.Remove(100);
  init.io.read_bytes += 510 + 3;
  Ran(init, 1000, 1);
  table.Put(init);
  CHECK_EQUAL(RowOf(scanner->Next(), 1)->values[kReadBytes], 3u);
}

void TestDebtThatNobodyOwedIsForgotten() {
  Table table;
  Process init = Init();
  Process child;
  child.parent = 1;
  child.io.read_bytes = 500;
  table.Put(init);
  table.Put(child);
  const auto scanner = Scanner::Open(table.root());
  scanner->Next();
  table.Remove(child.pid);
  for (int scan = 0; scan < 4; scan++) scanner->Next();
  init.io.read_bytes += 400;
  Ran(init, 1000, 1);
  table.Put(init);
  CHECK_EQUAL(RowOf(scanner->Next(), 1)->values[kReadBytes], 400u);
}

void TestFactsComeAgainAfterExecAndMove() {
  Table table;
  Process worker;
  worker.exe = "/bin/sh";
  worker.cgroup = "0::/\n";
  table.Put(worker);
  const auto scanner = Scanner::Open(table.root());
  scanner->Next();
  CHECK(scanner->Next().facts.empty());
  worker.exe = "/usr/sbin/nginx";
  Ran(worker, 1000, 1);
  table.Put(worker);
  const Scan& executed = scanner->Next();
  CHECK_EQUAL(*FactsOf(executed, 100)->exe, std::string("/usr/sbin/nginx"));
  CHECK_EQUAL(executed.rows[0].flags, 0);
  worker.cgroup = "0::/system.slice/nginx.service\n";
  Ran(worker, 1000, 1);
  table.Put(worker);
  const Scan& moved = scanner->Next();
  CHECK_EQUAL(FactsOf(moved, 100)->cgroup, worker.cgroup);
}

void TestKernelThreadsHaveNoExecutable() {
  Table table;
  Process thread;
  thread.comm = "kworker/0:1-events";
  thread.flags = 0x00208040;
  thread.exe.clear();
  table.Put(thread);
  const auto scanner = Scanner::Open(table.root());
  const Scan& scan = scanner->Next();
  CHECK(scan.facts[0].kernel_thread);
  CHECK(!scan.facts[0].exe);
  // A worker changes its name with its work; that is no new identity.
  thread.comm = "kworker/0:1-mm_percpu_wq";
  table.Put(thread);
  CHECK(scanner->Next().facts.empty());
}

void TestIdleProcessIsReadNowAndThenAndAtOnceWhenItRan() {
  Table table;
  Process nginx;
  nginx.threads = {{100, {5000, 9}}};
  table.Put(nginx);
  const auto scanner = Scanner::Open(table.root());
  for (int scan = 0; scan < 4; scan++) CHECK_EQUAL(scanner->Next().rows.size(), 1u);
  // Its memory is reclaimed while it sleeps: seen within eight scans.
  nginx.resident_pages = 3;
  table.Put(nginx);
  const uint64_t page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  int scans = 0;
  while (RowOf(scanner->Next(), 100)->values[kResidentBytes] != 3 * page && scans < 8) scans++;
  CHECK(scans < 8);
  for (int scan = 0; scan < 10; scan++) {
    nginx.io.read_bytes += 10;
    Ran(nginx, 1, 0);
    table.Put(nginx);
    const Row* row = RowOf(scanner->Next(), 100);
    CHECK_EQUAL(row->values[kReadBytes], 10u);
    CHECK_EQUAL(row->values[kCpuNs], 1u);
  }
  for (int scan = 0; scan < 20; scan++) {
    const Row* row = RowOf(scanner->Next(), 100);
    CHECK_EQUAL(row->values[kReadBytes] + row->values[kCpuNs] + row->values[kMinorFaults], 0u);
    CHECK_EQUAL(row->values[kThreads], 1u);
  }
  // However long it slept, its end is seen at once, and so is another process under its PID.
  const uint32_t before = scanner->Next().rows[0].process;
  nginx.start_ticks = 9000;
  nginx.threads = {{100, {40, 1}}};
  nginx.io.read_bytes = 7;
  table.Put(nginx);
  const Scan& reused = scanner->Next();
  CHECK_EQUAL(reused.vanished.size(), 1u);
  CHECK_EQUAL(reused.vanished[0], before);
  CHECK_EQUAL(reused.rows[0].values[kReadBytes], 7u);
  for (int scan = 0; scan < 5; scan++) scanner->Next();
  table.Remove(100);
  CHECK_EQUAL(scanner->Next().vanished.size(), 1u);
}

void TestTroubleOfOurOwnIsCountedAndNobodyTakenForGone() {
  Table table;
  Process nginx;
  table.Put(nginx);
  const auto scanner = Scanner::Open(table.root());
  scanner->Next();
  fs::remove(fs::path(table.root()) / "100" / "stat");
  fs::create_directory(fs::path(table.root()) / "100" / "stat");
  const Scan& scan = scanner->Next();
  CHECK_EQUAL(scan.unreadable, 1u);
  CHECK(scan.vanished.empty());
  fs::remove(fs::path(table.root()) / "100" / "stat");
  table.Put(nginx);
  CHECK_EQUAL(scanner->Next().rows[0].flags, 0);
}

void TestDescriptorsThatLeadToOthers() {
  Table table;
  Process nginx;
  table.Put(nginx);
  const fs::path folder = fs::path(table.root()) / "100";
  for (const char* target : {"socket:[4711]", "/dev/null", "anon_inode:[eventpoll]", "socket:[x]"}) {
    fs::create_symlink(target, folder / "fd" / std::to_string(std::string(target).size() + 20));
  }
  fs::create_directory(folder / "ns");
  fs::create_symlink("net:[4026531840]", folder / "ns" / "net");
  const auto scanner = Scanner::Open(table.root());
  CHECK(scanner->Descriptors().empty());
  const uint32_t process = scanner->Next().rows[0].process;
  const auto found = scanner->Descriptors();
  CHECK_EQUAL(found.size(), 1u);
  CHECK_EQUAL(found[0].process, process);
  CHECK(found[0].kind == DescriptorKind::kSocket);
  CHECK_EQUAL(found[0].inode, 4711u);
  CHECK_EQUAL(found[0].net, 4026531840u);
}

uint64_t InodeOf(int fd) {
  struct stat info = {};
  fstat(fd, &info);
  return info.st_ino;
}

// On the real table: the ends of a pipe of our own, and a pair of unix sockets of our own.
void TestOwnPipesAndSockets() {
  int ends[2];
  int pair[2];
  CHECK_EQUAL(pipe(ends), 0);
  CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  const auto scanner = Scanner::Open("/proc");
  CHECK(FactsOf(scanner->Next(), getpid()) != nullptr);
  int readers = 0, writers = 0, sockets = 0;
  for (const Descriptor& descriptor : scanner->Descriptors()) {
    if (descriptor.inode == InodeOf(ends[0])) {
      readers += descriptor.kind == DescriptorKind::kPipeReader;
      writers += descriptor.kind == DescriptorKind::kPipeWriter;
    }
    sockets += descriptor.inode == InodeOf(pair[0]) || descriptor.inode == InodeOf(pair[1]);
  }
  CHECK_EQUAL(readers, 1);
  CHECK_EQUAL(writers, 1);
  CHECK_EQUAL(sockets, 2);
  int met = 0;
  for (const auto& [socket, peer] : ReadUnixPeers()) {
    met += socket == InodeOf(pair[0]) && peer == InodeOf(pair[1]);
    met += socket == InodeOf(pair[1]) && peer == InodeOf(pair[0]);
  }
  CHECK_EQUAL(met, 2);
  for (const int fd : {ends[0], ends[1], pair[0], pair[1]}) close(fd);
}

std::string Note(uint32_t type, std::string name, std::string content) {
  const uint32_t sizes[] = {static_cast<uint32_t>(name.size()),
                            static_cast<uint32_t>(content.size()), type};
  name.resize((name.size() + 3) / 4 * 4);
  content.resize((content.size() + 3) / 4 * 4);
  return std::string(reinterpret_cast<const char*>(sizes), sizeof sizes) + name + content;
}

void TestBuildIdAmongNotes() {
  const std::string gnu("GNU\0", 4);
  const std::string id("\x01\xab\xff", 3);
  CHECK_EQUAL(BuildIdInNotes(Note(3, gnu, id)), std::string("01abff"));
  CHECK_EQUAL(BuildIdInNotes(Note(1, gnu, "1234") + Note(3, "Go", id) + Note(3, gnu, id)),
              std::string("01abff"));
  CHECK_EQUAL(BuildIdInNotes(Note(1, gnu, id)), std::string());
  CHECK_EQUAL(BuildIdInNotes(Note(3, gnu, std::string(65, 'x'))), std::string());
  std::mt19937 random(2);
  for (int round = 0; round < 10000; round++) {
    std::string notes = Note(1, gnu, "1234") + Note(3, gnu, id);
    notes.resize(random() % (notes.size() + 1));
    for (int change = 0; change < 3 && !notes.empty(); change++) {
      notes[random() % notes.size()] = static_cast<char>(random() % 256);
    }
    BuildIdInNotes(notes);
  }
}

void TestBuildIdOfAFile() {
  const std::string id = ReadBuildId(AT_FDCWD, "/proc/self/exe");
  CHECK_EQUAL(id.size(), 40u);
  CHECK_EQUAL(ReadBuildId(AT_FDCWD, "/proc/self/status"), std::string());
  CHECK_EQUAL(ReadBuildId(AT_FDCWD, "/nonexistent"), std::string());
  const auto scanner = Scanner::Open("/proc");
  const Facts* self = FactsOf(scanner->Next(), getpid());
  CHECK(self != nullptr && self->version && self->version->build_id == id);
}

void TestParentIsToldByItsNumber() {
  Table table;
  Process shell;
  shell.pid = 50;
  shell.threads = {{50, {}}};
  table.Put(shell);
  const auto scanner = Scanner::Open(table.root());
  const uint32_t parent = scanner->Next().rows[0].process;
  Process child;
  child.parent = 50;
  table.Put(child);
  const Facts* facts = FactsOf(scanner->Next(), 100);
  CHECK(facts != nullptr && facts->parent == parent);
}

void TestTablesThatAreNone() {
  CHECK(Scanner::Open("/nonexistent") == nullptr);
  Table table;
  Table::Write(fs::path(table.root()) / "1", "a file, not a process");
  fs::create_directory(fs::path(table.root()) / "2");
  fs::create_directory(fs::path(table.root()) / "007x");
  const auto scanner = Scanner::Open(table.root());
  CHECK(scanner->Next().rows.empty());
  CHECK_EQUAL(scanner->process_count(), 0u);
}

void TestStatusOfAThread() {
  ThreadStatus status;
  const std::string sets = "CapInh:\t0000000000000001\nCapPrm:\t0000000000000002\n";
  const std::string more = "CapEff:\t0000008000000000\nCapBnd:\tffffffffffffffff\nCapAmb:\t0000000000000000\n";
  CHECK(ParseThreadStatus("Name:\tx\n" + sets + more + "NoNewPrivs:\t1\n", &status));
  CHECK_EQUAL(status.capabilities, 0x8000000003u);
  CHECK(status.no_new_privileges);
  CHECK(!ParseThreadStatus(sets + more, &status));
  CHECK(!ParseThreadStatus("", &status));
}

// The last of all: it takes away what the others need.
void TestNoThreadKeepsACapabilityNorCanBlockThatItIsTaken() {
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (int i = 0; i < 8; i++) {
    threads.emplace_back([&stop] {
      while (!stop) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  std::string reason;
  CHECK(KeepCapabilities(0, &reason));
  CHECK_EQUAL(reason, std::string());
  int looked = 0;
  for (const auto& task : fs::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "status");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    ThreadStatus status;
    CHECK(ParseThreadStatus(text, &status));
    CHECK_EQUAL(status.capabilities, 0u);
    CHECK(status.no_new_privileges);
    looked++;
  }
  CHECK(looked >= 9);
  stop = true;
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

int main() {
  RUN(TestStatOfHostileName);
  RUN(TestTextThatIsNone);
  RUN(TestRandomTextNeverBreaksAParser);
  RUN(TestDeltasSinceTheBaseline);
  RUN(TestCpuTimeIsNeverMoreThanTheTruthAndCatchesUpWithIt);
  RUN(TestThreadsThatComeAndGo);
  RUN(TestNewProcessCountsFromItsStart);
  RUN(TestReusedPidIsAnotherProcess);
  RUN(TestZombieGivesItsLastNumbersOnce);
  RUN(TestLeaderThatEndedBeforeItsThreadsStillRuns);
  RUN(TestReapedChildIsNotCountedTwice);
  RUN(TestParentThatNeverReapsKeepsItsOwn);
  RUN(TestDebtPassesOnToTheNextLivingAncestor);
  RUN(TestDebtThatNobodyOwedIsForgotten);
  RUN(TestFactsComeAgainAfterExecAndMove);
  RUN(TestKernelThreadsHaveNoExecutable);
  RUN(TestIdleProcessIsReadNowAndThenAndAtOnceWhenItRan);
  RUN(TestTroubleOfOurOwnIsCountedAndNobodyTakenForGone);
  RUN(TestDescriptorsThatLeadToOthers);
  RUN(TestOwnPipesAndSockets);
  RUN(TestBuildIdAmongNotes);
  RUN(TestBuildIdOfAFile);
  RUN(TestParentIsToldByItsNumber);
  RUN(TestTablesThatAreNone);
  RUN(TestStatusOfAThread);
  RUN(TestNoThreadKeepsACapabilityNorCanBlockThatItIsTaken);
  return ethogram::test::Finish();
}
