// Tests of the links on flows made up here; built with ASan and UBSan.
#include "../../src/core/ebpf_links.h"

#include <cstring>
#include <random>

#include "check.h"

using namespace ethogram;
using namespace ethogram::ebpf;

namespace {

struct End {
  std::uint64_t cookie = 1;
  std::uint16_t kind = wire::FLOW_TCP;
  std::uint16_t flags = wire::FLOW_INITIATOR;
  std::uint32_t tgid = 100;
  std::uint32_t exe = 1;
  const char* local = "127.0.0.1";
  std::uint32_t local_port = 40000;
  const char* remote = "127.0.0.1";
  std::uint32_t remote_port = 80;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::uint64_t peer = 0;
};

void SetAddress(std::uint8_t (&address)[16], const char* text) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  sscanf(text, "%u.%u.%u.%u", &a, &b, &c, &d);
  address[10] = address[11] = 0xff;
  address[12] = static_cast<std::uint8_t>(a);
  address[13] = static_cast<std::uint8_t>(b);
  address[14] = static_cast<std::uint8_t>(c);
  address[15] = static_cast<std::uint8_t>(d);
}

// Ten bytes a message.
Links::Flow Make(const End& end) {
  wire::flow_key key{};
  key.cookie = end.cookie;
  wire::flow flow{};
  flow.socket = end.cookie;
  flow.peer = end.peer;
  flow.kind = end.kind;
  flow.flags = end.flags;
  flow.tgid = end.tgid;
  flow.net = 7;
  flow.owner.exe = end.exe;
  flow.local_port = end.local_port;
  flow.remote_port = end.remote_port;
  flow.sent = end.sent;
  flow.sent_bytes = end.sent * 10;
  flow.received = end.received;
  flow.received_bytes = end.received * 10;
  flow.census = 1;
  SetAddress(flow.local, end.local);
  SetAddress(flow.remote, end.remote);
  return {key, flow};
}

End Client(std::uint64_t sent) { return {.sent = sent}; }

End Server(std::uint64_t sent) {
  return {.cookie = 2, .flags = wire::FLOW_ACCEPTOR, .tgid = 200, .exe = 2, .local_port = 80,
          .remote_port = 40000, .sent = sent};
}

void TestBothEndsMakeOneLink() {
  Ledger ledger(4096);
  Links links(&ledger);
  links.TakeFlows({Make(Client(3)), Make(Server(4))}, 1);
  const auto rows = links.Take(false);
  CHECK_EQUAL(rows.size(), 1u);
  CHECK_EQUAL(rows[0].opened, 1u);
  CHECK_EQUAL(rows[0].events, 7u);
  CHECK_EQUAL(rows[0].bytes, 70u);
  CHECK(rows[0].key.from.identity != 0 && rows[0].key.to.identity != 0);
  CHECK(links.Take(false).empty());
  CHECK_EQUAL(links.Take(true).size(), 1u);
}

void TestWhoCalledIsTheBeginningWhicheverComesFirst() {
  Ledger ledger(4096);
  Links links(&ledger);
  links.TakeFlows({Make(Server(1)), Make(Client(1))}, 1);
  const Batch batch = ledger.Take();
  const auto rows = links.Take(false);
  for (const Row& row : batch.rows) {
    if (row.values[kConnects] == 1) CHECK_EQUAL(rows[0].key.from.identity, row.identity);
    if (row.values[kAccepts] == 1) CHECK_EQUAL(rows[0].key.to.identity, row.identity);
  }
}

void TestStrangersAreEndpoints() {
  Ledger ledger(4096);
  Links links(&ledger);
  End out = Client(2);
  out.remote = "10.1.2.3";
  out.remote_port = 5432;
  out.received = 3;
  End in = Server(1);
  in.remote = "10.9.9.9";
  links.TakeFlows({Make(out), Make(in)}, 1);
  const auto rows = links.Take(false);
  CHECK_EQUAL(rows.size(), 2u);
  for (const LinkRow& row : rows) {
    if (row.key.from.identity == 0) {
      CHECK_EQUAL(row.key.from.endpoint, std::string("listen:tcp:80"));
    } else {
      CHECK_EQUAL(row.key.to.endpoint, std::string("remote:10.1.2.0/24:5432"));
      CHECK_EQUAL(row.bytes, 50u);
    }
  }
}

void TestOtherEndIsWaitedForAndNothingIsLostMeanwhile() {
  Ledger ledger(4096);
  Links links(&ledger);
  End unowned = Server(0);
  unowned.tgid = 0;
  links.TakeFlows({Make(Client(5)), Make(unowned)}, 1);
  CHECK(links.Take(false).empty());
  links.TakeFlows({Make(Client(6)), Make(Server(2))}, 1);
  const auto rows = links.Take(false);
  CHECK_EQUAL(rows.size(), 1u);
  CHECK_EQUAL(rows[0].events, 8u);
}

// The kernel gives the address of a socket that was closed to the next one, before its flow is gone.
void TestUnixSocketsAreNotTakenForOnesThatWereAtTheirAddress() {
  Links::Flow client = Make({.cookie = 1, .kind = wire::FLOW_UNIX, .sent = 3, .peer = 2});
  Links::Flow server = Make({.cookie = 2, .kind = wire::FLOW_UNIX, .flags = wire::FLOW_ACCEPTOR,
                             .tgid = 200, .exe = 2, .received = 3});
  Links::Flow gone = Make({.cookie = 3, .kind = wire::FLOW_UNIX, .tgid = 300, .exe = 3, .peer = 4});
  gone.second.socket = server.second.socket;
  for (const auto& flows : {std::vector{client, server, gone}, std::vector{gone, client, server}}) {
    Ledger ledger(4096);
    Links links(&ledger);
    links.TakeFlows(flows, 1);
    const auto rows = links.Take(false);
    CHECK_EQUAL(rows.size(), 1u);
    CHECK_EQUAL(rows.at(0).key.from.identity, ledger.Identify(client.second.owner, false));
    CHECK_EQUAL(rows.at(0).key.to.identity, ledger.Identify(server.second.owner, false));
  }
}

// Two sockets bound to every address, each in a network namespace of its own.
void TestDatagramsWithoutAPeerAreJoinedAcrossNamespaces() {
  const auto udp = [](std::uint64_t cookie, std::uint32_t net, std::uint32_t exe, const char* remote,
                      std::uint32_t port, std::uint32_t remote_port, std::uint64_t sent) {
    Links::Flow flow = Make({.cookie = cookie, .kind = wire::FLOW_UDP,
                             .flags = port == 53 ? wire::FLOW_ACCEPTOR : wire::FLOW_INITIATOR,
                             .tgid = exe * 100, .exe = exe, .local = "0.0.0.0", .local_port = port,
                             .remote = remote, .remote_port = remote_port, .sent = sent});
    flow.first.remote_port = remote_port;
    flow.second.net = net;
    return flow;
  };
  Ledger ledger(4096);
  Links links(&ledger);
  const auto asks = udp(1, 7, 1, "10.0.0.2", 40000, 53, 3);
  const auto answers = udp(2, 8, 2, "10.0.0.1", 53, 40000, 4);
  links.TakeFlows({asks, answers}, 1);
  const auto rows = links.Take(false);
  CHECK_EQUAL(rows.size(), 1u);
  CHECK_EQUAL(rows[0].opened, 1u);
  CHECK_EQUAL(rows[0].events, 7u);
  CHECK(rows[0].key.from.identity != 0 && rows[0].key.to.identity != 0);

  // Who answers somebody else is not whom was asked, and of two nobody knows which one was.
  Links strangers(&ledger);
  strangers.TakeFlows({asks, udp(2, 8, 2, "10.0.0.1", 53, 40001, 4)}, 1);
  CHECK_EQUAL(strangers.Take(false).size(), 2u);
  Links twins(&ledger);
  twins.TakeFlows({asks, answers, udp(3, 9, 3, "10.0.0.1", 53, 40000, 4)}, 1);
  std::size_t outside = 0;
  for (const LinkRow& row : twins.Take(false)) {
    if (row.key.to.endpoint.empty()) continue;
    outside++;
    CHECK_EQUAL(row.key.to.endpoint, std::string("remote:10.0.0.0/24:53"));
    CHECK_EQUAL(row.events, 3u);
  }
  CHECK_EQUAL(outside, 1u);
}

// A connection that is inherited, or kept over exec: both directions go to who has it now.
void TestBothDirectionsFollowANewOwner() {
  Ledger ledger(4096);
  Links links(&ledger);
  links.TakeFlows({Make(Client(3)), Make(Server(4))}, 1);
  const auto before = links.Take(false);
  for (const bool server_first : {false, true}) {
    End client = Client(server_first ? 10 : 8), server = Server(server_first ? 20 : 12);
    client.exe = server_first ? 6 : 5;
    client.tgid = client.exe;
    std::vector<Links::Flow> flows{Make(client), Make(server)};
    if (server_first) std::swap(flows[0], flows[1]);
    links.TakeFlows(flows, 1);
    std::uint64_t events = 0, opened = 0, closed = 0;
    for (const LinkRow& row : links.Take(false)) {
      opened += row.opened;
      closed += row.closed;
      if (row.events == 0) continue; // the link that was before closes
      events += row.events;
      CHECK_EQUAL(row.key.from.identity, ledger.Identify(Make(client).second.owner, false));
      CHECK_EQUAL(row.key.to.identity, before[0].key.to.identity);
    }
    CHECK_EQUAL(events, server_first ? 10u : 13u);
    CHECK_EQUAL(opened, 1u);
    CHECK_EQUAL(closed, 1u);
  }
}

Links::Flow Datagrams(std::uint64_t cookie, std::uint32_t remote_port, std::uint64_t sent,
                      const char* remote = "10.0.0.2") {
  return Make({.cookie = cookie, .kind = wire::FLOW_UDP, .remote = remote,
               .remote_port = remote_port, .sent = sent});
}

void TestDatagramSocketMayBeConnectedLateAndAgain() {
  Ledger ledger(4096);
  Links links(&ledger);
  links.TakeFlows({Datagrams(1, 0, 0)}, 1);
  CHECK(links.Take(true).empty());
  links.TakeFlows({Datagrams(1, 53, 3)}, 1);
  auto rows = links.Take(true);
  CHECK_EQUAL(rows.size(), 1u);
  CHECK_EQUAL(rows[0].key.to.endpoint, std::string("remote:10.0.0.0/24:53"));
  CHECK_EQUAL(rows[0].events, 3u);
  links.TakeFlows({Datagrams(1, 123, 5)}, 1);
  rows = links.Take(false);
  CHECK_EQUAL(rows.size(), 2u);
  for (const LinkRow& row : rows) {
    const bool before = row.key.to.endpoint == "remote:10.0.0.0/24:53";
    CHECK_EQUAL(row.closed, before ? 1u : 0u);
    CHECK_EQUAL(row.events, before ? 0u : 2u);
  }
  links.TakeFlows({Datagrams(1, 123, 9, "10.7.7.7")}, 1);
  rows = links.Take(false);
  CHECK_EQUAL(rows.size(), 2u);
  for (const LinkRow& row : rows) {
    if (row.events > 0) CHECK_EQUAL(row.key.to.endpoint, std::string("remote:10.7.7.0/24:123"));
  }
}

// Who answers a stranger a moment would fill the map, long before the idle ones are over.
void TestIdleDatagramsGoSoonerWhereRoomIsScarce() {
  for (const std::size_t room : {std::size_t{100}, std::size_t{10}}) {
    Ledger ledger(4096);
    Links links(&ledger);
    std::vector<Links::Flow> flows;
    for (std::uint64_t cookie = 1; cookie <= 8; cookie++) {
      flows.push_back(Datagrams(cookie, 5000, 1));
      flows.back().first.remote_port = 5000;
    }
    int ticks = 0;
    while (links.TakeFlows(flows, 1, room).empty() && ticks < 1000) ticks++;
    CHECK(room == 100 ? ticks > 50 : ticks < 5);
  }
}

void TestClosedFlowsAreHandedBackOnce() {
  Ledger ledger(4096);
  Links links(&ledger);
  End client = Client(1), server = Server(1);
  client.flags |= wire::FLOW_CLOSED;
  server.flags |= wire::FLOW_CLOSED;
  CHECK_EQUAL(links.TakeFlows({Make(client), Make(server)}, 1).size(), 2u);
  const auto rows = links.Take(false);
  CHECK_EQUAL(rows[0].opened, 1u);
  CHECK_EQUAL(rows[0].closed, 1u);
  CHECK(links.Take(true).empty());
}

void TestFlowsThatNobodyOwnedAreCounted() {
  Ledger ledger(4096);
  Links links(&ledger);
  End closed = Client(1);
  closed.tgid = 0;
  closed.flags |= wire::FLOW_CLOSED;
  std::size_t over = 0;
  for (int tick = 0; tick < 10 && over == 0; tick++) over = links.TakeFlows({Make(closed)}, 1).size();
  CHECK_EQUAL(over, 1u);
  CHECK_EQUAL(links.TakeLosses().unowned, 1u);
}

void TestFloodOfStrangersEndsInOneEndpoint() {
  Ledger ledger(4096);
  Links links(&ledger);
  std::vector<Links::Flow> flows;
  std::vector<std::string> addresses;
  for (int at = 0; at < 250; at++) addresses.push_back("10." + std::to_string(at) + ".0.1");
  for (std::uint64_t at = 0; at < addresses.size(); at++) {
    End end = Client(1);
    end.cookie = at + 1;
    end.remote = addresses[at].c_str();
    flows.push_back(Make(end));
  }
  links.TakeFlows(flows, 1);
  const auto rows = links.Take(false);
  CHECK(rows.size() <= 33);
  std::uint64_t opened = 0;
  for (const LinkRow& row : rows) opened += row.opened;
  CHECK_EQUAL(opened, 250u);
}

void TestPrefixes() {
  std::uint8_t address[16] = {};
  SetAddress(address, "127.0.0.53");
  CHECK_EQUAL(RemoteEndpoint(address, 53), std::string("remote:127.0.0.0/8:53"));
  std::uint8_t six[16] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9};
  CHECK_EQUAL(RemoteEndpoint(six, 443), std::string("remote:2001:db8:0:1::/64:443"));
  std::uint8_t loopback[16] = {};
  loopback[15] = 1;
  CHECK_EQUAL(RemoteEndpoint(loopback, 1), std::string("remote:::1/128:1"));
}

wire::pipe_record Descriptor(std::uint32_t tgid, std::uint32_t exe, std::uint32_t ends,
                             std::uint64_t filled) {
  wire::pipe_record record{};
  record.kind = wire::RECORD_PIPE;
  record.tgid = tgid;
  record.ends = ends;
  record.inode = 5;
  record.filled = filled;
  record.owner.exe = exe;
  return record;
}

void TestPipesJoinWritersToReaders() {
  Ledger ledger(4096);
  Links links(&ledger);
  links.TakePipes({});
  const auto both = [](std::uint64_t filled) {
    return std::vector<wire::pipe_record>{Descriptor(1, 1, wire::PIPE_WRITER, filled),
                                          Descriptor(2, 2, wire::PIPE_READER, filled)};
  };
  links.TakePipes(both(0xfffffffe));
  CHECK_EQUAL(links.Take(false)[0].opened, 1u);
  links.TakePipes(both(3));
  CHECK_EQUAL(links.Take(false)[0].events, 5u);
  links.TakePipes({});
  CHECK_EQUAL(links.Take(false)[0].closed, 1u);
  CHECK(links.Take(true).empty());
}

void TestFloodOfOneLeavesRoomForOthers() {
  Ledger ledger(4096);
  Links links(&ledger);
  links.TakeFlows({}, 1);
  links.Take(true);
  std::vector<Links::Flow> flows;
  for (std::uint32_t i = 0; i < 1500; i++) {
    End in = Server(0);
    in.cookie = 10000 + i;
    in.remote_port = 20000 + i;
    End out = Client(1);
    out.cookie = 30000 + i;
    out.tgid = out.exe = 1000 + i;
    out.local_port = 20000 + i;
    flows.push_back(Make(in));
    flows.push_back(Make(out));
  }
  End in = Server(0);
  in.cookie = 5;
  in.tgid = in.exe = 9001;
  in.local_port = 81;
  End out = Client(1);
  out.cookie = 6;
  out.tgid = out.exe = 9002;
  out.remote_port = 81;
  flows.push_back(Make(in));
  flows.push_back(Make(out));
  links.TakeFlows(flows, 1);
  CHECK_EQUAL(links.Take(false).size(), 201u);
  CHECK(links.TakeLosses().over_limit >= 1300);
}

void TestAnyFlowsAreTakenAndEndedOnce() {
  std::mt19937 random(1);
  Ledger ledger(4096);
  Links links(&ledger);
  std::uint64_t opened = 0, closed = 0;
  for (int tick = 0; tick < 400; tick++) {
    std::vector<Links::Flow> flows;
    for (std::uint64_t cookie = 1; cookie < 20; cookie++) {
      if (random() % 3 == 0) continue;
      End end;
      end.cookie = cookie;
      end.kind = static_cast<std::uint16_t>(1 + random() % 3);
      end.flags = static_cast<std::uint16_t>(random() % 16);
      end.tgid = random() % 3;
      end.exe = 1 + random() % 3;
      end.local_port = random() % 4;
      end.remote_port = random() % 4;
      end.sent = static_cast<std::uint64_t>(tick);
      end.peer = random() % 20;
      flows.push_back(Make(end));
    }
    links.TakeFlows(flows, static_cast<std::uint64_t>(tick));
    for (const LinkRow& row : links.Take(random() % 2 == 0)) {
      opened += row.opened;
      closed += row.closed;
    }
    ledger.Take();
  }
  for (int tick = 0; tick < 3; tick++) {
    links.TakeFlows({}, 1000);
    for (const LinkRow& row : links.Take(true)) closed += row.closed;
  }
  CHECK(links.Take(true).empty());
  CHECK(opened > 100);
  CHECK(closed >= opened); // those that were there before us close without having opened
}

}  // namespace

int main() {
  RUN(TestBothEndsMakeOneLink);
  RUN(TestWhoCalledIsTheBeginningWhicheverComesFirst);
  RUN(TestStrangersAreEndpoints);
  RUN(TestOtherEndIsWaitedForAndNothingIsLostMeanwhile);
  RUN(TestUnixSocketsAreNotTakenForOnesThatWereAtTheirAddress);
  RUN(TestDatagramsWithoutAPeerAreJoinedAcrossNamespaces);
  RUN(TestBothDirectionsFollowANewOwner);
  RUN(TestDatagramSocketMayBeConnectedLateAndAgain);
  RUN(TestIdleDatagramsGoSoonerWhereRoomIsScarce);
  RUN(TestClosedFlowsAreHandedBackOnce);
  RUN(TestFlowsThatNobodyOwnedAreCounted);
  RUN(TestFloodOfStrangersEndsInOneEndpoint);
  RUN(TestFloodOfOneLeavesRoomForOthers);
  RUN(TestPrefixes);
  RUN(TestPipesJoinWritersToReaders);
  RUN(TestAnyFlowsAreTakenAndEndedOnce);
  return ethogram::test::Finish();
}
