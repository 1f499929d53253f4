/* The two ends of a link: `serve KIND` prints its address and echoes what it gets; `call KIND
 * ADDRESS` connects, then for each line `COUNT SIZE` of its input sends that many messages, waits
 * for each echo, and prints `done`. KIND: tcp, udp, udp-loose (not connected), udp-late (connected
 * at the first line), unix, unix-datagram. `hand KIND ADDRESS PORT PROGRAM` connects, sends a message
 * and goes on as PROGRAM, which sends as `call` does (it is given the socket as `take FD`).
 * `dial ADDRESS PORT COUNT SIZE` makes as many TCP connections, one after the other, with a message
 * and its echo each. `feed READER COUNT SIZE` starts READER as `drain` behind a pipe and writes into it. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char buffer[65536];

union address {
  struct sockaddr any;
  struct sockaddr_in ip;
  struct sockaddr_un local;
};

static void must(int ok, const char *what)
{
  if (ok)
    return;
  perror(what);
  exit(1);
}

static int is_ip(const char *kind) { return kind[0] != 'u' || kind[1] == 'd'; }
static int is_stream(const char *kind) { return !strcmp(kind, "tcp") || !strcmp(kind, "unix"); }

static int make_socket(const char *kind)
{
  const int fd =
      socket(is_ip(kind) ? AF_INET : AF_UNIX, is_stream(kind) ? SOCK_STREAM : SOCK_DGRAM, 0);
  must(fd >= 0, "socket");
  return fd;
}

/* `IP PORT` or a path. */
static socklen_t read_address(const char *kind, const char *text, const char *port,
                              union address *address)
{
  memset(address, 0, sizeof(*address));
  if (!is_ip(kind)) {
    address->local.sun_family = AF_UNIX;
    strncpy(address->local.sun_path, text, sizeof(address->local.sun_path) - 1);
    return sizeof(address->local);
  }
  address->ip.sin_family = AF_INET;
  address->ip.sin_port = htons(atoi(port));
  must(inet_pton(AF_INET, text, &address->ip.sin_addr) == 1, "address");
  return sizeof(address->ip);
}

static void serve(const char *kind, const char *at)
{
  union address own;
  const int fd = make_socket(kind);
  socklen_t size = read_address(kind, at, "0", &own);
  must(bind(fd, &own.any, size) == 0, "bind");
  if (is_stream(kind))
    must(listen(fd, 8) == 0, "listen");
  getsockname(fd, &own.any, &size);
  printf("%d\n", is_ip(kind) ? ntohs(own.ip.sin_port) : 0);
  fflush(stdout);
  struct pollfd waits[16] = { { fd, POLLIN, 0 }, { 0, POLLIN, 0 } };
  int count = 2;
  for (;;) {
    must(poll(waits, count, -1) > 0, "poll");
    if (waits[1].revents)
      exit(0); /* whoever started us is gone */
    for (int i = count - 1; i > 1; i--) {
      if (!waits[i].revents)
        continue;
      const ssize_t got = recv(waits[i].fd, buffer, sizeof(buffer), 0);
      if (got > 0) {
        must(send(waits[i].fd, buffer, got, 0) == got, "send");
      } else {
        close(waits[i].fd);
        waits[i] = waits[--count];
      }
    }
    if (!waits[0].revents)
      continue;
    if (is_stream(kind)) {
      waits[count].fd = accept(fd, NULL, NULL);
      waits[count].events = POLLIN;
      waits[count++].revents = 0;
    } else {
      union address peer;
      socklen_t length = sizeof(peer);
      const ssize_t got = recvfrom(fd, buffer, sizeof(buffer), 0, &peer.any, &length);
      must(got > 0, "recvfrom");
      must(sendto(fd, buffer, got, 0, &peer.any, length) == got, "sendto");
    }
  }
}

static void call(const char *kind, const char *at, const char *port)
{
  union address peer;
  int messages, size;
  const int fd = make_socket(kind);
  const socklen_t length = read_address(kind, at, port, &peer);
  const int loose = !strcmp(kind, "udp-loose");
  if (!strcmp(kind, "unix-datagram")) { /* an echo needs somewhere to go, from any namespace */
    struct sockaddr_un own = { .sun_family = AF_UNIX };
    snprintf(own.sun_path, sizeof(own.sun_path), "%s.%d", at, getpid());
    must(bind(fd, (const struct sockaddr *)&own, sizeof(own)) == 0, "bind");
  }
  const int late = !strcmp(kind, "udp-late");
  if (late) {
    const struct sockaddr_in any = { .sin_family = AF_INET };
    must(bind(fd, (const struct sockaddr *)&any, sizeof(any)) == 0, "bind");
  }
  if (!loose && !late)
    must(connect(fd, &peer.any, length) == 0, "connect");
  puts("connected");
  fflush(stdout);
  while (scanf("%d %d", &messages, &size) == 2) {
    if (late)
      must(connect(fd, &peer.any, length) == 0, "connect");
    for (int i = 0; i < messages; i++) {
      if (loose)
        must(sendto(fd, buffer, size, 0, &peer.any, length) == size, "sendto");
      else
        must(send(fd, buffer, size, 0) == size, "send");
      must(recv(fd, buffer, size, MSG_WAITALL) == size, "recv");
    }
    puts("done");
    fflush(stdout);
  }
}

static void echo_once(int fd, int size)
{
  must(send(fd, buffer, size, 0) == size, "send");
  must(recv(fd, buffer, size, MSG_WAITALL) == size, "recv");
}

static void hand(const char *kind, const char *at, const char *port, const char *program)
{
  union address peer;
  char number[16];
  const int fd = make_socket(kind);
  const socklen_t length = read_address(kind, at, port, &peer);
  must(connect(fd, &peer.any, length) == 0, "connect");
  echo_once(fd, 100);
  snprintf(number, sizeof(number), "%d", fd);
  execl(program, program, "take", number, (char *)NULL);
  must(0, "execl");
}

static void take(int fd)
{
  int messages, size;
  puts("connected");
  fflush(stdout);
  while (scanf("%d %d", &messages, &size) == 2) {
    for (int i = 0; i < messages; i++)
      echo_once(fd, size);
    puts("done");
    fflush(stdout);
  }
}

static void dial(const char *at, const char *port, int connections, int size)
{
  union address peer;
  const socklen_t length = read_address("tcp", at, port, &peer);
  for (int i = 0; i < connections; i++) {
    const int fd = make_socket("tcp");
    must(connect(fd, &peer.any, length) == 0, "connect");
    must(send(fd, buffer, size, 0) == size, "send");
    must(recv(fd, buffer, size, MSG_WAITALL) == size, "recv");
    close(fd);
  }
}

static void feed(const char *reader, int messages, int size)
{
  int ends[2];
  /* In packets: otherwise a write that comes before the reader is added to the buffer that is there. */
  must(pipe2(ends, O_DIRECT) == 0, "pipe");
  if (fork() == 0) {
    dup2(ends[0], 0);
    close(ends[0]);
    close(ends[1]);
    execl(reader, reader, "drain", (char *)NULL);
    _exit(4);
  }
  close(ends[0]);
  usleep(700000);
  for (int i = 0; i < messages; i++) {
    must(write(ends[1], buffer, size) == size, "write");
    usleep(2000);
  }
  usleep(700000);
  close(ends[1]);
  wait(NULL);
}

int main(int argc, char **argv)
{
  const char *mode = argc > 1 ? argv[1] : "";
  if (!strcmp(mode, "serve")) {
    serve(argv[2], argv[3]);
  } else if (!strcmp(mode, "call")) {
    call(argv[2], argv[3], argc > 4 ? argv[4] : "0");
  } else if (!strcmp(mode, "hand")) {
    hand(argv[2], argv[3], argv[4], argv[5]);
  } else if (!strcmp(mode, "take")) {
    take(atoi(argv[2]));
  } else if (!strcmp(mode, "dial")) {
    dial(argv[2], argv[3], atoi(argv[4]), atoi(argv[5]));
  } else if (!strcmp(mode, "feed")) {
    feed(argv[2], atoi(argv[3]), atoi(argv[4]));
  } else if (!strcmp(mode, "relay")) {
    for (ssize_t got; (got = read(0, buffer, sizeof(buffer))) > 0;)
      must(write(1, buffer, got) == got, "write");
  } else if (!strcmp(mode, "drain")) {
    while (read(0, buffer, sizeof(buffer)) > 0)
      ;
  } else {
    fprintf(stderr, "talk: unknown mode %s\n", mode);
    return 2;
  }
  return 0;
}
