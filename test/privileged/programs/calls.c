/* Makes exactly as many system calls as it is told, in every way in which a counter may lose or
 * misplace them. Counted calls: getppid, close(-1), an empty non-blocking read, nanosleep cut
 * short, a handled signal; the C library makes none of these here by itself. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long calls_each;
static int empty_pipe;

static void make_calls(long count)
{
  for (long i = 0; i < count; i++)
    syscall(SYS_getppid);
}

static void *all_kinds(void *unused)
{
  char byte;
  (void)unused;
  make_calls(calls_each);
  for (long i = 0; i < calls_each; i++) {
    syscall(SYS_close, -1);
    syscall(SYS_read, empty_pipe, &byte, 1);
  }
  return NULL;
}

static void join_all(pthread_t *threads, int count)
{
  for (int i = 0; i < count; i++)
    pthread_join(threads[i], NULL);
}

static void wait_all(int count)
{
  for (int i = 0; i < count; i++)
    if (wait(NULL) < 0)
      exit(3);
}

/* `spread PROCESSES THREADS CALLS`: all kinds from every thread of every process. */
static void spread(int processes, int threads, long calls)
{
  int ends[2];
  if (pipe2(ends, O_NONBLOCK))
    exit(3);
  empty_pipe = ends[0];
  calls_each = calls;
  for (int p = 0; p < processes; p++) {
    if (fork() == 0) {
      pthread_t ids[64];
      for (int t = 0; t < threads; t++)
        pthread_create(&ids[t], NULL, all_kinds, NULL);
      join_all(ids, threads);
      _exit(0);
    }
  }
  wait_all(processes);
}

/* `brief COUNT`: processes that live for one call. */
static void brief(int count)
{
  for (int i = 0; i < count; i++) {
    pid_t child = fork();
    if (child == 0) {
      make_calls(1);
      _exit(0);
    }
    waitpid(child, NULL, 0);
  }
}

static void run_leaf(const char *leaf, const char *calls)
{
  execl(leaf, leaf, "leaf", calls, (char *)NULL);
  _exit(4);
}

struct leaf {
  const char *path;
  const char *calls;
};

static void *exec_from_thread(void *argument)
{
  const struct leaf *leaf = argument;
  make_calls(calls_each);
  run_leaf(leaf->path, leaf->calls);
  return NULL;
}

static void *after_leader(void *unused)
{
  (void)unused;
  usleep(50000);
  make_calls(calls_each);
  syscall(SYS_exit, 0); /* not through the C library, whose last thread ends the process */
  return NULL;
}

static void on_signal(int number) { (void)number; }

/* `signals COUNT`: handled signals, each one rt_sigreturn. */
static void signals(int count)
{
  signal(SIGUSR1, on_signal);
  for (int i = 0; i < count; i++)
    syscall(SYS_tgkill, getpid(), getpid(), SIGUSR1);
}

/* `restart`: a sleep that a signal without a handler interrupts, so that the kernel restarts it. */
static void restart(void)
{
  struct timespec pause = { 0, 200 * 1000 * 1000 };
  pid_t child = fork();
  if (child == 0) {
    syscall(SYS_nanosleep, &pause, NULL);
    _exit(0);
  }
  usleep(50000);
  kill(child, SIGSTOP);
  usleep(50000);
  kill(child, SIGCONT);
  waitpid(child, NULL, 0);
}

/* `transfer COUNT`: reads of 5,000 and of no bytes, writes of 300. */
static void transfer(int count)
{
  static char buffer[5000];
  const int zero = open("/dev/zero", O_RDONLY), null = open("/dev/null", O_RDWR);
  for (int i = 0; i < count; i++)
    if (read(zero, buffer, 5000) != 5000 || read(null, buffer, 10) || write(null, buffer, 300) != 300)
      exit(3);
}

/* `hog MEBIBYTES`: uses that much memory. */
static void hog(long mebibytes)
{
  for (long i = 0; i < mebibytes; i++) {
    char *block = malloc(1 << 20);
    if (!block)
      exit(3);
    memset(block, 1, 1 << 20);
  }
}

/* `uring COUNT`: operations that do nothing, through io_uring, sixteen with each call. */
static void uring(long count)
{
  enum { DEPTH = 16 };
  struct io_uring_params params;
  memset(&params, 0, sizeof(params));
  const int fd = syscall(SYS_io_uring_setup, DEPTH, &params);
  if (fd < 0)
    exit(3);
  const size_t ring_size = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
  char *ring = mmap(NULL, ring_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd,
                    IORING_OFF_SQ_RING);
  struct io_uring_sqe *entries = mmap(NULL, DEPTH * sizeof(*entries), PROT_READ | PROT_WRITE,
                                      MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
  if (ring == MAP_FAILED || entries == MAP_FAILED)
    exit(3);
  unsigned *tail = (unsigned *)(ring + params.sq_off.tail);
  unsigned *array = (unsigned *)(ring + params.sq_off.array);
  unsigned *done = (unsigned *)(ring + params.cq_off.head);
  const unsigned mask = *(unsigned *)(ring + params.sq_off.ring_mask);
  for (long i = 0; i < count; i += DEPTH) {
    for (int j = 0; j < DEPTH; j++) {
      const unsigned at = (*tail + j) & mask;
      memset(&entries[at], 0, sizeof(entries[at]));
      entries[at].opcode = IORING_OP_NOP;
      array[at] = at;
    }
    __atomic_store_n(tail, *tail + DEPTH, __ATOMIC_RELEASE);
    if (syscall(SYS_io_uring_enter, fd, DEPTH, DEPTH, IORING_ENTER_GETEVENTS, NULL, 0) != DEPTH)
      exit(3);
    __atomic_store_n(done, *done + DEPTH, __ATOMIC_RELEASE);
  }
}

static void compat(long count)
{
#if defined(__x86_64__)
  for (long i = 0; i < count; i++) {
    long result = 64; /* getppid of the 32-bit table */
    __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
  }
#else
  (void)count;
#endif
}

/* `x32 COUNT`: getppid by its number in the x32 ABI; a kernel without it fails each call. */
static void x32(long count)
{
#if defined(__x86_64__)
  for (long i = 0; i < count; i++)
    syscall(0x40000000 | SYS_getppid);
#else
  (void)count;
#endif
}

int main(int argc, char **argv)
{
  const char *mode = argc > 1 ? argv[1] : "";
  const long first = argc > 2 ? atol(argv[2]) : 0;
  if (!strcmp(mode, "spread")) {
    spread(first, atoi(argv[3]), atol(argv[4]));
  } else if (!strcmp(mode, "brief")) {
    brief(first);
  } else if (!strcmp(mode, "leaf")) {
    make_calls(first);
  } else if (!strcmp(mode, "exec")) { /* CALLS LEAF LEAF_CALLS */
    make_calls(first);
    run_leaf(argv[3], argv[4]);
  } else if (!strcmp(mode, "thread-exec")) { /* CALLS LEAF LEAF_CALLS */
    struct leaf leaf = { argv[3], argv[4] };
    pthread_t thread;
    calls_each = first;
    make_calls(first);
    pthread_create(&thread, NULL, exec_from_thread, &leaf);
    pthread_join(thread, NULL);
  } else if (!strcmp(mode, "leader-exit")) { /* CALLS THREADS */
    pthread_t thread;
    calls_each = first;
    for (int i = 0; i < atoi(argv[3]); i++)
      pthread_create(&thread, NULL, after_leader, NULL);
    pthread_exit(NULL);
  } else if (!strcmp(mode, "vfork")) { /* COUNT LEAF LEAF_CALLS */
    for (int i = 0; i < first; i++) {
      pid_t child = vfork();
      if (child == 0)
        run_leaf(argv[3], argv[4]);
      waitpid(child, NULL, 0);
    }
  } else if (!strcmp(mode, "spawn")) { /* COUNT LEAF LEAF_CALLS */
    char *arguments[] = { argv[3], "leaf", argv[4], NULL };
    for (int i = 0; i < first; i++) {
      pid_t child;
      if (posix_spawn(&child, argv[3], NULL, NULL, arguments, environ))
        return 4;
      waitpid(child, NULL, 0);
    }
  } else if (!strcmp(mode, "signals")) {
    signals(first);
  } else if (!strcmp(mode, "restart")) {
    restart();
  } else if (!strcmp(mode, "transfer")) {
    transfer(first);
  } else if (!strcmp(mode, "hog")) {
    hog(first);
  } else if (!strcmp(mode, "uring")) {
    uring(first);
  } else if (!strcmp(mode, "compat")) {
    compat(first);
  } else if (!strcmp(mode, "x32")) {
    x32(first);
  } else {
    fprintf(stderr, "calls: unknown mode %s\n", mode);
    return 2;
  }
  return 0;
}
