#include "ebpf_programs.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <algorithm>

#include "../../bpf/.output/ethogram.skel.h"

namespace ethogram::ebpf {

namespace {

// libbpf's own words about a failure, kept for the reason; nothing is printed.
thread_local std::string* warnings = nullptr;

int KeepWarning(libbpf_print_level level, const char* format, va_list arguments) {
  if (level != LIBBPF_WARN || warnings == nullptr || warnings->size() > 2000) return 0;
  char line[512];
  vsnprintf(line, sizeof(line), format, arguments);
  *warnings += line;
  return 0;
}

// Without one of these there is nothing to count by.
constexpr const char* kEssential[] = {"count_call", "on_fork", "on_exec", "on_exit", "read_tasks"};
// Each of these is of no use without the others.
const std::vector<std::vector<std::string>> kGroups = {
    {"on_dirty", "on_request", "on_part", "on_done"},
    {"on_send", "on_receive"},
    {"on_submit", "on_complete"},
};

bool IsEssential(const std::string& name) {
  return std::find(std::begin(kEssential), std::end(kEssential), name) != std::end(kEssential);
}

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

// Whether the kernel has what a program is to be attached to, by its BTF.
bool HasTarget(const btf* kernel, const std::string& section) {
  const std::string target = section.substr(section.find('/') + 1);
  if (section.rfind("iter/", 0) == 0) {
    return btf__find_by_name_kind(kernel, ("bpf_iter_" + target).c_str(), BTF_KIND_FUNC) > 0;
  }
  return btf__find_by_name_kind(kernel, ("btf_trace_" + target).c_str(), BTF_KIND_TYPEDEF) > 0;
}

// The verifier gives up where a signal waits for the thread, as a profiler's does a thousand times a
// second: they wait until what it loads is loaded.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_;
};

std::uint64_t BootTimeNs() {
  timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

std::string Describe(const std::string& what, int error) {
  return what + ": " + strerror(error < 0 ? -error : error);
}

void Programs::SkeletonDeleter::operator()(ethogram_bpf* skeleton) const {
  ethogram_bpf__destroy(skeleton);
}

std::unique_ptr<Programs> Programs::Load(const ProgramOptions& options, std::string* reason) {
  const SignalsHeld held;
  std::unique_ptr<Programs> programs(new Programs());
  libbpf_set_print(KeepWarning);
  for (;;) {
    std::string said;
    warnings = &said;
    const bool loaded = programs->TryLoad(options, reason);
    warnings = nullptr;
    if (loaded) return programs;
    // Without the right to load one there is none for the others.
    if (programs->load_error_ != -EPERM && programs->LeaveOutRefused(said)) continue;
    // The first line names the failure; what follows is the verifier's log.
    if (!said.empty()) *reason += " (" + FirstLine(said) + ")";
    return nullptr;
  }
}

// A kernel may refuse a program whose target it has: by its words it goes, and the others are tried
// again. Returns whether there is one that can go.
bool Programs::LeaveOutRefused(const std::string& said) {
  static const std::string mark = "prog '";
  const std::size_t start = said.find(mark);
  if (start == std::string::npos) return false;
  const std::size_t name_start = start + mark.size();
  const std::string name = said.substr(name_start, said.find('\'', name_start) - name_start);
  if (IsEssential(name)) return false;
  return refused_.emplace(name, FirstLine(said.substr(start))).second;
}

bool Programs::Attach(std::string* reason) {
  const int error = ethogram_bpf__attach(skeleton_.get());
  if (error != 0) *reason = Describe("cannot attach the eBPF programs", error);
  return error == 0;
}

void Programs::LeaveOutMissing(bool latency) {
  btf* kernel = btf__load_vmlinux_btf();
  missing_.clear();
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, skeleton_->obj) {
    const std::string name = bpf_program__name(program);
    if (name == "on_enter" && !latency) {
      bpf_program__set_autoload(program, false);
      continue;
    }
    const bool there = kernel == nullptr || HasTarget(kernel, bpf_program__section_name(program));
    if (!IsEssential(name) && (!there || refused_.count(name) > 0)) missing_.push_back(name);
  }
  btf__free(kernel);
  for (const auto& group : kGroups) {
    const auto is_missing = [&](const std::string& name) {
      return std::find(missing_.begin(), missing_.end(), name) != missing_.end();
    };
    if (std::none_of(group.begin(), group.end(), is_missing)) continue;
    for (const std::string& name : group) {
      if (!is_missing(name)) missing_.push_back(name);
    }
  }
  for (const std::string& name : missing_) {
    bpf_program__set_autoload(bpf_object__find_program_by_name(skeleton_->obj, name.c_str()),
                              false);
  }
}

void Programs::SetSizes(const ProgramOptions& options) {
  const auto cpus = static_cast<std::uint32_t>(libbpf_num_possible_cpus());
  sizes_ = PlanSizes({options.budget_bytes, options.pid_max, cpus, options.latency});
  if (options.ring_bytes != 0) sizes_.ring_bytes = options.ring_bytes;
  const auto& maps = skeleton_->maps;
  bpf_map__set_max_entries(maps.records, sizes_.ring_bytes);
  bpf_map__set_max_entries(maps.flows, sizes_.flows);
  bpf_map__set_max_entries(maps.datagrams, sizes_.datagrams);
  bpf_map__set_max_entries(maps.requests, sizes_.requests);
  bpf_map__set_max_entries(maps.dirtiers, sizes_.dirtiers);
  bpf_map__set_max_entries(maps.charges, sizes_.charges);
  bpf_map__set_max_entries(maps.executables, sizes_.executables);
  bpf_map__set_max_entries(maps.cgroups, sizes_.cgroups);
  bpf_map__set_max_entries(maps.latencies, sizes_.latencies);
}

std::uint64_t Programs::MapBytes() const {
  return BytesOf(sizes_, static_cast<std::uint32_t>(libbpf_num_possible_cpus()));
}

bool Programs::TryLoad(const ProgramOptions& options, std::string* reason) {
  skeleton_.reset(ethogram_bpf__open());
  if (!skeleton_) {
    *reason = Describe("cannot open the eBPF programs", errno);
    return false;
  }
  LeaveOutMissing(options.latency);
  SetSizes(options);
  skeleton_->rodata->fail_storage = options.fail_storage;
  skeleton_->rodata->started_ns = BootTimeNs();
  const bool can_measure =
      std::find(missing_.begin(), missing_.end(), "on_enter") == missing_.end();
  skeleton_->rodata->measure_latency = options.latency && can_measure;
  if (!options.refuse.empty() && refused_.count(options.refuse) == 0) {
    bpf_program* program = bpf_object__find_program_by_name(skeleton_->obj, options.refuse.c_str());
    if (program != nullptr) bpf_program__set_type(program, BPF_PROG_TYPE_SOCKET_FILTER);
  }
  load_error_ = ethogram_bpf__load(skeleton_.get());
  if (load_error_ != 0) *reason = Describe("cannot load the eBPF programs", load_error_);
  return load_error_ == 0;
}

std::uint64_t Programs::MissedRuns() const {
  std::uint64_t missed = 0;
  ForEachLoaded([&](const bpf_prog_info& info) { missed += info.recursion_misses; });
  return missed;
}

std::map<std::string, std::uint32_t> Programs::VerifiedInstructions() const {
  std::map<std::string, std::uint32_t> counts;
  ForEachLoaded([&](const bpf_prog_info& info) { counts[info.name] = info.verified_insns; });
  return counts;
}

void Programs::ForEachLoaded(const std::function<void(const bpf_prog_info&)>& look) const {
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, skeleton_->obj) {
    bpf_prog_info info = {};
    __u32 size = sizeof(info);
    const int fd = bpf_program__fd(program);
    if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &size) == 0) look(info);
  }
}

}  // namespace ethogram::ebpf
