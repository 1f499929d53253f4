// Hands what the kernel counted to JavaScript: columns for the numbers, objects for what is new.
#include <napi.h>
#include <time.h>

#include <memory>

#include "../core/ebpf_session.h"

namespace {

using ethogram::ebpf::Batch;
using ethogram::ebpf::Device;
using ethogram::ebpf::Facts;
using ethogram::ebpf::kColumnCount;
using ethogram::ebpf::LinkRow;
using ethogram::ebpf::Node;
using ethogram::ebpf::Reading;
using ethogram::ebpf::Row;
using ethogram::ebpf::Session;
using ethogram::ebpf::SessionOptions;

Napi::Object ToObject(Napi::Env env, const Facts& facts) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("identity", facts.identity);
  object.Set("comm", facts.comm);
  object.Set("uid", facts.uid);
  object.Set("kernelThread", facts.kernel_thread);
  if (facts.own) object.Set("own", true);
  if (!facts.executable.empty()) {
    object.Set("exe", facts.executable);
    object.Set("version", std::to_string(facts.device) + ":" + std::to_string(facts.inode) + ":" +
                              std::to_string(facts.modified_s));
  }
  if (!facts.cgroup.empty()) object.Set("cgroup", facts.cgroup);
  return object;
}

void SetRows(Napi::Env env, const Batch& batch, Napi::Object object) {
  const size_t count = batch.rows.size();
  size_t cells = 0;
  for (const Row& row : batch.rows) cells += row.cells.size();
  auto identity = Napi::Uint32Array::New(env, count);
  auto values = Napi::Float64Array::New(env, count * kColumnCount);
  auto cell_start = Napi::Uint32Array::New(env, count + 1);
  auto table = Napi::Uint8Array::New(env, cells);
  auto slot = Napi::Uint16Array::New(env, cells);
  auto first = Napi::Float64Array::New(env, cells);
  auto second = Napi::Float64Array::New(env, cells);
  size_t cell = 0;
  for (size_t at = 0; at < count; at++) {
    const Row& row = batch.rows[at];
    identity[at] = row.identity;
    cell_start[at] = static_cast<uint32_t>(cell);
    for (size_t column = 0; column < kColumnCount; column++) {
      values[at * kColumnCount + column] = static_cast<double>(row.values[column]);
    }
    for (const auto& [key, counts] : row.cells) {
      table[cell] = static_cast<uint8_t>(key >> 16);
      slot[cell] = static_cast<uint16_t>(key);
      first[cell] = static_cast<double>(counts.first);
      second[cell] = static_cast<double>(counts.second);
      cell++;
    }
  }
  cell_start[count] = static_cast<uint32_t>(cell);
  object.Set("identity", identity);
  object.Set("values", values);
  object.Set("cellStart", cell_start);
  object.Set("cellTable", table);
  object.Set("cellSlot", slot);
  object.Set("cellFirst", first);
  object.Set("cellSecond", second);
}

Napi::Value ToValue(Napi::Env env, const Node& node) {
  if (node.identity == 0) return Napi::String::New(env, node.endpoint);
  return Napi::Number::New(env, node.identity);
}

Napi::Object ToObject(Napi::Env env, const LinkRow& row) {
  constexpr const char* kKinds[] = {"tcp", "udp", "unix", "pipe", "fork"};
  Napi::Object object = Napi::Object::New(env);
  object.Set("from", ToValue(env, row.key.from));
  object.Set("to", ToValue(env, row.key.to));
  object.Set("kind", kKinds[static_cast<size_t>(row.key.kind)]);
  object.Set("opened", static_cast<double>(row.opened));
  object.Set("closed", static_cast<double>(row.closed));
  object.Set("events", static_cast<double>(row.events));
  object.Set("bytes", static_cast<double>(row.bytes));
  return object;
}

Napi::Object ToObject(Napi::Env env, const Device& device) {
  auto latencies = Napi::Float64Array::New(env, device.latencies.size());
  for (size_t at = 0; at < device.latencies.size(); at++) {
    latencies[at] = static_cast<double>(device.latencies[at]);
  }
  Napi::Object object = Napi::Object::New(env);
  object.Set("name", device.name);
  object.Set("requests", static_cast<double>(device.requests));
  object.Set("bytes", static_cast<double>(device.bytes));
  object.Set("latencies", latencies);
  return object;
}

Napi::Object ToObject(Napi::Env env, const Reading& reading) {
  Napi::Object object = Napi::Object::New(env);
  SetRows(env, reading.batch, object);
  auto facts = Napi::Array::New(env, reading.batch.facts.size());
  for (size_t at = 0; at < reading.batch.facts.size(); at++) {
    facts.Set(static_cast<uint32_t>(at), ToObject(env, reading.batch.facts[at]));
  }
  object.Set("facts", facts);
  auto links = Napi::Array::New(env, reading.links.size());
  for (size_t at = 0; at < reading.links.size(); at++) {
    links.Set(static_cast<uint32_t>(at), ToObject(env, reading.links[at]));
  }
  object.Set("links", links);
  auto devices = Napi::Array::New(env, reading.devices.size());
  for (size_t at = 0; at < reading.devices.size(); at++) {
    devices.Set(static_cast<uint32_t>(at), ToObject(env, reading.devices[at]));
  }
  object.Set("devices", devices);
  auto killed = Napi::Uint32Array::New(env, reading.batch.out_of_memory.size());
  for (size_t at = 0; at < reading.batch.out_of_memory.size(); at++) {
    killed[at] = reading.batch.out_of_memory[at];
  }
  object.Set("outOfMemory", killed);
  auto retired = Napi::Uint32Array::New(env, reading.batch.retired.size());
  for (size_t at = 0; at < reading.batch.retired.size(); at++) {
    retired[at] = reading.batch.retired[at];
  }
  object.Set("retired", retired);
  Napi::Object lost = Napi::Object::New(env);
  for (const auto& [cause, count] : reading.lost) lost.Set(cause, static_cast<double>(count));
  object.Set("lost", lost);
  object.Set("lostCalls", static_cast<double>(reading.lost_calls));
  object.Set("lateStorage", static_cast<double>(reading.late_storage));
  object.Set("childReturns", static_cast<double>(reading.child_returns));
  return object;
}

// Reads on a thread of the pool: with thousands of tasks it takes tens of milliseconds.
class ReadWorker : public Napi::AsyncWorker {
 public:
  ReadWorker(Napi::Env env, std::shared_ptr<Session> session, bool snapshot)
      : Napi::AsyncWorker(env),
        session_(std::move(session)),
        snapshot_(snapshot),
        deferred_(env) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override {
    std::string reason;
    if (!session_->Read(snapshot_, &reading_, &reason)) SetError(reason);
  }

  void OnOK() override { deferred_.Resolve(ToObject(Env(), reading_)); }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

 private:
  // Shared: a session closed while it is read goes away after.
  const std::shared_ptr<Session> session_;
  const bool snapshot_;
  Reading reading_;
  Napi::Promise::Deferred deferred_;
};

// `open(options)` returns one; `read()` and an idempotent `close()`.
class SessionHandle : public Napi::ObjectWrap<SessionHandle> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "Session",
                       {InstanceMethod<&SessionHandle::Read>("read"),
                        InstanceMethod<&SessionHandle::Close>("close")});
  }

  explicit SessionHandle(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SessionHandle>(info) {}

  void Hold(std::unique_ptr<Session> session) { session_ = std::move(session); }

 private:
  Napi::Value Read(const Napi::CallbackInfo& info) {
    if (!session_) {
      Napi::Error::New(info.Env(), "eBPF session: closed").ThrowAsJavaScriptException();
      return info.Env().Undefined();
    }
    const bool snapshot = info.Length() > 0 && info[0].ToBoolean();
    auto* worker = new ReadWorker(info.Env(), session_, snapshot);
    const Napi::Promise promise = worker->promise();
    worker->Queue();
    return promise;
  }

  Napi::Value Close(const Napi::CallbackInfo& info) {
    session_.reset();
    return info.Env().Undefined();
  }

  std::shared_ptr<Session> session_;
};

Napi::Object MemoryOf(Napi::Env env, const ethogram::ebpf::Programs& programs) {
  const auto& sizes = programs.sizes();
  Napi::Object memory = Napi::Object::New(env);
  memory.Set("bytes", static_cast<double>(programs.MapBytes()));
  memory.Set("ringBytes", sizes.ring_bytes);
  memory.Set("flows", sizes.flows);
  memory.Set("datagrams", sizes.datagrams);
  memory.Set("requests", sizes.requests);
  memory.Set("dirtiers", sizes.dirtiers);
  memory.Set("charges", sizes.charges);
  memory.Set("latencies", sizes.latencies);
  memory.Set("bytesPerThread", ethogram::ebpf::kBytesPerThread);
  return memory;
}

// `open({ budgetBytes })`: a session, or the reason why there is none, as text.
Napi::Value Open(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  SessionOptions options;
  if (info.Length() > 0 && info[0].IsObject()) {
    const Napi::Object given = info[0].As<Napi::Object>();
    const Napi::Value ring = given.Get("ringBytes");
    if (ring.IsNumber()) options.programs.ring_bytes = ring.As<Napi::Number>().Uint32Value();
    const Napi::Value budget = given.Get("budgetBytes");
    if (budget.IsNumber()) {
      options.programs.budget_bytes = static_cast<uint64_t>(budget.As<Napi::Number>().Int64Value());
    }
    const Napi::Value pid_max = given.Get("pidMax");
    if (pid_max.IsNumber()) options.programs.pid_max = pid_max.As<Napi::Number>().Uint32Value();
    const Napi::Value fail = given.Get("failStorage");
    if (fail.IsNumber()) options.programs.fail_storage = fail.As<Napi::Number>().Uint32Value();
    const Napi::Value refuse = given.Get("refuse");
    if (refuse.IsString()) options.programs.refuse = refuse.As<Napi::String>().Utf8Value();
    options.programs.latency = given.Get("latency").ToBoolean();
    const Napi::Value drain = given.Get("drain");
    if (drain.IsBoolean()) options.drain = drain.As<Napi::Boolean>().Value();
  }
  std::string reason;
  std::unique_ptr<Session> session = Session::Open(options, &reason);
  if (!session) return Napi::String::New(env, reason);
  auto* constructor = env.GetInstanceData<Napi::FunctionReference>();
  Napi::Object object = constructor->New({});
  auto missing = Napi::Array::New(env, session->programs().missing().size());
  for (size_t at = 0; at < session->programs().missing().size(); at++) {
    missing.Set(static_cast<uint32_t>(at), session->programs().missing()[at]);
  }
  object.Set("missing", missing);
  Napi::Object refused = Napi::Object::New(env);
  for (const auto& [name, said] : session->programs().refused()) refused.Set(name, said);
  object.Set("refused", refused);
  Napi::Object verified = Napi::Object::New(env);
  for (const auto& [name, count] : session->programs().VerifiedInstructions()) verified.Set(name, count);
  object.Set("verifiedInstructions", verified);
  object.Set("memory", MemoryOf(env, session->programs()));
  SessionHandle::Unwrap(object)->Hold(std::move(session));
  return object;
}

// Nanoseconds since boot, suspend included (CLOCK_BOOTTIME), as a BigInt.
Napi::Value BootTimeNs(const Napi::CallbackInfo& info) {
  timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return Napi::BigInt::New(info.Env(), static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 +
                                           static_cast<uint64_t>(now.tv_nsec));
}

// Raised with every change of what is handed out; see lib/interfaces.ts.
constexpr uint32_t kInterface = 2;

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("interface", kInterface);
  env.SetInstanceData(new Napi::FunctionReference(Napi::Persistent(SessionHandle::Define(env))));
  exports.Set("bootTimeNs", Napi::Function::New(env, BootTimeNs, "bootTimeNs"));
  exports.Set("open", Napi::Function::New(env, Open, "open"));
  return exports;
}

}  // namespace

NODE_API_MODULE(ethogram_ebpf, Init)
