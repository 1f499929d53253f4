/* Many processes that call at a known rate: `callers FOLDER PROCESSES CALLS SECONDS` starts
 * PROCESSES under names of their own (hard links `caller-0`, `caller-1`, … in FOLDER) and says
 * `started`. Once it is told a line they make CALLS a second together, in ten bursts a second each,
 * spread over the time. Half of the calls are getppid; it says how many of these were made once all
 * have ended. FOLDER/progress holds the calls so far, one long for each process. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BURSTS = 10, KINDS = 8, GATE = 3 };

static void call(int kind, int fd)
{
  char byte = 0;
  struct stat status;
  switch (kind) {
  case 0: syscall(SYS_getuid); break;
  case 1: (void)!write(fd, &byte, 1); break;
  case 2: (void)!read(fd, &byte, 1); break;
  case 3: fstat(fd, &status); break;
  default: syscall(SYS_getppid);
  }
}

/* Late bursts are made up for, so that the number of calls is exact; but callers give way to
 * everything else, so that without time to spare they fall behind and keep nobody off. */
static int caller(volatile long *made, long phase_ns, long calls_per_burst, int seconds)
{
  const int fd = open("/dev/null", O_RDWR);
  struct timespec next;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (nice(19) != 19)
    return 1;
  /* Nobody writes: it opens for all at once where the parent lets its end go. */
  if (read(GATE, &(char){ 0 }, 1) != 0)
    return 1;
  clock_gettime(CLOCK_MONOTONIC, &next);
  next.tv_nsec += phase_ns;
  for (int burst = 0; burst < seconds * BURSTS; burst++) {
    if (next.tv_nsec >= 1000000000) {
      next.tv_nsec -= 1000000000;
      next.tv_sec++;
    }
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    for (long i = 0; i < calls_per_burst; i++)
      call(i % KINDS, fd);
    *made += calls_per_burst;
    next.tv_nsec += 1000000000 / BURSTS;
  }
  return 0;
}

/* The calls made so far, one number for each process. */
static volatile long *map_progress(const char *file, int processes)
{
  const int fd = open(file, O_RDWR);
  const size_t size = processes * sizeof(long);
  if (fd < 0)
    exit(1);
  volatile long *progress = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (progress == MAP_FAILED)
    exit(1);
  return progress;
}

int main(int argc, char **argv)
{
  if (argc == 6) {
    const int index = atoi(argv[2]);
    volatile long *progress = map_progress(argv[1], index + 1);
    return caller(progress + index, atol(argv[3]), atol(argv[4]), atoi(argv[5]));
  }
  if (argc != 5)
    return 2;
  const int processes = atoi(argv[2]);
  const long per_burst = atol(argv[3]) / processes / BURSTS / KINDS * KINDS;
  char index[32], phase[32], calls[32], path[4096], file[4096];
  snprintf(calls, sizeof calls, "%ld", per_burst);
  snprintf(file, sizeof file, "%s/progress", argv[1]);
  if (close(open(file, O_RDWR | O_CREAT, 0600)) || truncate(file, processes * sizeof(long)))
    return 1;
  volatile long *progress = map_progress(file, processes);
  int gate[2];
  if (pipe2(gate, O_CLOEXEC))
    return 1;
  for (int i = 0; i < processes; i++) {
    snprintf(path, sizeof path, "%s/caller-%d", argv[1], i);
    snprintf(index, sizeof index, "%d", i);
    snprintf(phase, sizeof phase, "%ld", 100000000L / processes * i);
    if (access(path, X_OK) && linkat(AT_FDCWD, argv[0], AT_FDCWD, path, 0))
      return 1;
    progress[i] = 0;
    const pid_t pid = vfork();
    if (pid == 0) {
      if (gate[0] == GATE)
        fcntl(GATE, F_SETFD, 0);
      else
        dup2(gate[0], GATE);
      execl(path, path, file, index, phase, calls, argv[4], NULL);
      _exit(127);
    }
    if (pid < 0)
      return 1;
  }
  puts("started");
  fflush(stdout);
  char line[8];
  if (!fgets(line, sizeof line, stdin))
    return 1;
  close(gate[1]);
  for (int i = 0; i < processes; i++) {
    int status;
    if (wait(&status) < 0 || status != 0)
      return 1;
  }
  long made = 0;
  for (int i = 0; i < processes; i++)
    made += progress[i];
  printf("%ld\n", made / 2);
  return 0;
}
