// Hands the scans of the process table to JavaScript, one call a tick.
#include <napi.h>
#include <time.h>

#include <memory>

#include "../core/procfs_capabilities.h"
#include "../core/procfs_memory.h"
#include "../core/procfs_scanner.h"
#include "../core/procfs_unix_peers.h"

namespace {

using ethogram::procfs::Facts;
using ethogram::procfs::kColumnCount;
using ethogram::procfs::Row;
using ethogram::procfs::Scan;
using ethogram::procfs::Scanner;

// Nanoseconds since boot, suspend included (CLOCK_BOOTTIME), as a BigInt.
Napi::Value BootTimeNs(const Napi::CallbackInfo& info) {
  timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return Napi::BigInt::New(
      info.Env(), static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec));
}

// Inodes of connected unix sockets of our network namespace, each followed by its peer's.
Napi::Value UnixPeers(const Napi::CallbackInfo& info) {
  const auto peers = ethogram::procfs::ReadUnixPeers();
  auto pairs = Napi::Float64Array::New(info.Env(), peers.size() * 2);
  for (size_t at = 0; at < peers.size(); at++) {
    pairs[at * 2] = peers[at].first;
    pairs[at * 2 + 1] = peers[at].second;
  }
  return pairs;
}

Napi::Object ToObject(Napi::Env env, const Facts& facts) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("process", facts.process);
  object.Set("pid", facts.pid);
  object.Set("uid", facts.uid);
  object.Set("kernelThread", facts.kernel_thread);
  if (facts.parent) object.Set("parent", *facts.parent);
  object.Set("comm", facts.comm);
  if (facts.exe) object.Set("exe", *facts.exe);
  if (!facts.cgroup.empty()) object.Set("cgroup", facts.cgroup);
  if (facts.version) {
    object.Set("version", std::to_string(facts.version->device) + ":" +
                              std::to_string(facts.version->inode) + ":" +
                              std::to_string(facts.version->modified_ns));
    if (!facts.version->build_id.empty()) object.Set("buildId", facts.version->build_id);
  }
  return object;
}

Napi::Object ToObject(Napi::Env env, const Scan& scan) {
  const size_t count = scan.rows.size();
  auto process = Napi::Uint32Array::New(env, count);
  auto pid = Napi::Int32Array::New(env, count);
  auto flags = Napi::Uint8Array::New(env, count);
  auto values = Napi::Float64Array::New(env, count * kColumnCount);
  for (size_t at = 0; at < count; at++) {
    const Row& row = scan.rows[at];
    process[at] = row.process;
    pid[at] = row.pid;
    flags[at] = row.flags;
    for (size_t column = 0; column < kColumnCount; column++) {
      values[at * kColumnCount + column] = static_cast<double>(row.values[column]);
    }
  }
  auto vanished = Napi::Uint32Array::New(env, scan.vanished.size());
  for (size_t at = 0; at < scan.vanished.size(); at++) vanished[at] = scan.vanished[at];
  auto facts = Napi::Array::New(env, scan.facts.size());
  for (size_t at = 0; at < scan.facts.size(); at++) {
    facts.Set(static_cast<uint32_t>(at), ToObject(env, scan.facts[at]));
  }
  Napi::Object object = Napi::Object::New(env);
  object.Set("process", process);
  object.Set("pid", pid);
  object.Set("flags", flags);
  object.Set("values", values);
  object.Set("vanished", vanished);
  object.Set("facts", facts);
  object.Set("unreadable", scan.unreadable);
  return object;
}

// `new ProcessScanner(procRoot)` with `next()` and an idempotent `close()`.
class ProcessScanner : public Napi::ObjectWrap<ProcessScanner> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "ProcessScanner",
                       {InstanceMethod<&ProcessScanner::Next>("next"),
                        InstanceMethod<&ProcessScanner::Descriptors>("descriptors"),
                        InstanceMethod<&ProcessScanner::Close>("close")});
  }

  explicit ProcessScanner(const Napi::CallbackInfo& info) : Napi::ObjectWrap<ProcessScanner>(info) {
    if (info.Length() < 1 || !info[0].IsString()) {
      Napi::TypeError::New(info.Env(), "ProcessScanner: expected the root of procfs, a string")
          .ThrowAsJavaScriptException();
      return;
    }
    const std::string root = info[0].As<Napi::String>();
    scanner_ = Scanner::Open(root);
    if (!scanner_) {
      Napi::Error::New(info.Env(), "ProcessScanner: cannot open " + root)
          .ThrowAsJavaScriptException();
    }
  }

 private:
  Napi::Value Next(const Napi::CallbackInfo& info) {
    if (!scanner_) {
      Napi::Error::New(info.Env(), "ProcessScanner: closed").ThrowAsJavaScriptException();
      return info.Env().Undefined();
    }
    return ToObject(info.Env(), scanner_->Next());
  }

  Napi::Value Descriptors(const Napi::CallbackInfo& info) {
    if (!scanner_) {
      Napi::Error::New(info.Env(), "ProcessScanner: closed").ThrowAsJavaScriptException();
      return info.Env().Undefined();
    }
    const auto found = scanner_->Descriptors();
    auto process = Napi::Uint32Array::New(info.Env(), found.size());
    auto kind = Napi::Uint8Array::New(info.Env(), found.size());
    auto inode = Napi::Float64Array::New(info.Env(), found.size());
    auto net = Napi::Float64Array::New(info.Env(), found.size());
    for (size_t at = 0; at < found.size(); at++) {
      process[at] = found[at].process;
      kind[at] = static_cast<uint8_t>(found[at].kind);
      inode[at] = static_cast<double>(found[at].inode);
      net[at] = static_cast<double>(found[at].net);
    }
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("process", process);
    object.Set("kind", kind);
    object.Set("inode", inode);
    object.Set("net", net);
    return object;
  }

  Napi::Value Close(const Napi::CallbackInfo& info) {
    scanner_.reset();
    return info.Env().Undefined();
  }

  std::unique_ptr<Scanner> scanner_;
};

// `keepCapabilities(mask)`: nothing, or the reason why a thread has others still.
Napi::Value KeepCapabilities(const Napi::CallbackInfo& info) {
  bool lossless = false;
  const uint64_t keep =
      info.Length() > 0 && info[0].IsBigInt() ? info[0].As<Napi::BigInt>().Uint64Value(&lossless) : 0;
  std::string reason;
  if (ethogram::procfs::KeepCapabilities(keep, &reason)) return info.Env().Undefined();
  return Napi::String::New(info.Env(), reason);
}

// `keepMemorySmall()`: see core/procfs_memory.h.
Napi::Value KeepMemorySmall(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), ethogram::procfs::KeepMemorySmall());
}

// Raised with every change of what is handed out; see lib/interfaces.ts.
constexpr uint32_t kInterface = 2;

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("interface", kInterface);
  exports.Set("keepMemorySmall", Napi::Function::New(env, KeepMemorySmall, "keepMemorySmall"));
  exports.Set("bootTimeNs", Napi::Function::New(env, BootTimeNs, "bootTimeNs"));
  exports.Set("unixPeers", Napi::Function::New(env, UnixPeers, "unixPeers"));
  exports.Set("keepCapabilities", Napi::Function::New(env, KeepCapabilities, "keepCapabilities"));
  exports.Set("ProcessScanner", ProcessScanner::Define(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(ethogram_procfs, Init)
