/* Short processes as fast as they can be started, at most RATE a second: `storm SECONDS RATE`.
 * Each is exec'd, makes 10 getppid and ends. Prints how many there were. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TOGETHER = 8 };

static double now_s(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
  if (argc == 2) {
    for (int i = 0; i < 10; i++)
      syscall(SYS_getppid);
    _exit(0);
  }
  if (argc != 3)
    return 2;
  const double start = now_s(), seconds = atof(argv[1]), rate = atof(argv[2]);
  long started = 0, running = 0;
  while (now_s() - start < seconds) {
    if (started > (now_s() - start) * rate) {
      usleep(500);
      continue;
    }
    if (running == TOGETHER && wait(NULL) > 0)
      running--;
    const pid_t pid = vfork();
    if (pid == 0) {
      execl(argv[0], argv[0], "short", NULL);
      _exit(127);
    }
    if (pid < 0)
      return 1;
    started++;
    running++;
  }
  const double elapsed = now_s() - start;
  while (wait(NULL) > 0)
    ;
  printf("%ld %.3f\n", started, elapsed);
  return 0;
}
