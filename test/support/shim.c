// Fails or ends a process at its nth call on files below FAULT_DIR. FAULT=operation:action:nth[,...]; action: an errno's
// number, E! and the number (done, then reported), KILL, KILL! (after it is done), STOP, SHORT, ZERO. FAULT_TRACE lists calls.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 65536 };
static char watched[MOST];
static __thread int inside;
static int counts[16];
static const char *const names[] = {"open", "write", "fsync", "close", "link", "rename", "unlink", "mkdir", "read", 0};

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int below(const char *path) {
  const char *dir = getenv("FAULT_DIR");
  return dir && path && strncmp(path, dir, strlen(dir)) == 0;
}

static int is_watched(int fd) { return fd >= 0 && fd < MOST && watched[fd]; }

static void trace(const char *op) {
  const char *path = getenv("FAULT_TRACE");
  if (!path) return;
  int fd = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  char line[32];
  int n = snprintf(line, sizeof line, "%s\n", op);
  if (fd >= 0 && REAL(write)(fd, line, (size_t)n) != n) abort();
  if (fd >= 0) REAL(close)(fd);
}

static void die(void) {
  kill(getpid(), SIGKILL);
  pause();
}

// What befalls this call: its action, or 0.
static const char *befalls(const char *op, char *action) {
  int at = 0;
  while (names[at] && strcmp(names[at], op) != 0) at++;
  int nth = counts[at]++;
  trace(op);
  const char *plan = getenv("FAULT");
  for (const char *one = plan; one && *one; one = strchr(one, ',') ? strchr(one, ',') + 1 : 0) {
    char what[16], how[24];
    int when;
    if (sscanf(one, "%15[^:]:%23[^:]:%d", what, how, &when) != 3 || strcmp(what, op) != 0) continue;
    if (when < 0 ? nth >= -when - 1 : nth == when) return strcpy(action, how);
  }
  return 0;
}

// Runs `perform`, a call that gives a number and -1 on failure, under what befalls it.
#define UNDER_FAULT(op, type, perform)                                    \
  char action[24];                                                        \
  const char *how = inside ? 0 : (inside = 1, befalls(op, action));       \
  inside = 0;                                                             \
  if (!how) return perform;                                               \
  if (strcmp(how, "KILL") == 0) die();                                    \
  if (strcmp(how, "STOP") == 0) kill(getpid(), SIGSTOP);                  \
  if (how[0] >= '0' && how[0] <= '9') { errno = atoi(how); return -1; }   \
  type result = perform;                                                  \
  if (strcmp(how, "KILL!") == 0) die();                                   \
  if (strncmp(how, "E!", 2) == 0) { errno = atoi(how + 2); return -1; }   \
  return result;

static int open_under_fault(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  UNDER_FAULT("open", int, real(path, flags, mode))
}

static int open_watched(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  int is_below = below(path);
  int fd = is_below ? open_under_fault(real, path, flags, mode) : real(path, flags, mode);
  if (fd >= 0 && fd < MOST) watched[fd] = (char)is_below;
  return fd;
}

#define MODE(flags) ({ mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); } mode; })
int open(const char *path, int flags, ...) { return open_watched(REAL(open), path, flags, MODE(flags)); }
int open64(const char *path, int flags, ...) { return open_watched(REAL(open64), path, flags, MODE(flags)); }

static ssize_t write_under_fault(int fd, const void *bytes, size_t size) {
  char action[24];
  const char *how = befalls("write", action);
  if (!how) return REAL(write)(fd, bytes, size);
  if (strcmp(how, "KILL") == 0) die();
  if (strcmp(how, "SHORT") == 0) return REAL(write)(fd, bytes, size > 1 ? size / 2 : size);
  if (strcmp(how, "ZERO") == 0) {
    void *zeros = calloc(1, size);
    ssize_t written = REAL(write)(fd, zeros, size);
    free(zeros);
    return written;
  }
  if (how[0] >= '0' && how[0] <= '9') { errno = atoi(how); return -1; }
  ssize_t written = REAL(write)(fd, bytes, size);
  if (strcmp(how, "KILL!") == 0) die();
  if (strncmp(how, "E!", 2) == 0) { errno = atoi(how + 2); return -1; }
  return written;
}
ssize_t write(int fd, const void *bytes, size_t size) {
  return is_watched(fd) ? write_under_fault(fd, bytes, size) : REAL(write)(fd, bytes, size);
}

static ssize_t read_under_fault(int fd, void *bytes, size_t size) { UNDER_FAULT("read", ssize_t, REAL(read)(fd, bytes, size)) }
ssize_t read(int fd, void *bytes, size_t size) {
  return is_watched(fd) ? read_under_fault(fd, bytes, size) : REAL(read)(fd, bytes, size);
}

static int fsync_under_fault(int fd) { UNDER_FAULT("fsync", int, REAL(fsync)(fd)) }
int fsync(int fd) { return is_watched(fd) ? fsync_under_fault(fd) : REAL(fsync)(fd); }

static int close_under_fault(int fd) { UNDER_FAULT("close", int, REAL(close)(fd)) }
int close(int fd) {
  if (!is_watched(fd)) return REAL(close)(fd);
  watched[fd] = 0;
  return close_under_fault(fd);
}

static int link_under_fault(const char *from, const char *to) { UNDER_FAULT("link", int, REAL(link)(from, to)) }
int link(const char *from, const char *to) { return below(to) ? link_under_fault(from, to) : REAL(link)(from, to); }

static int rename_under_fault(const char *from, const char *to) { UNDER_FAULT("rename", int, REAL(rename)(from, to)) }
int rename(const char *from, const char *to) { return below(to) ? rename_under_fault(from, to) : REAL(rename)(from, to); }

static int unlink_under_fault(const char *path) { UNDER_FAULT("unlink", int, REAL(unlink)(path)) }
int unlink(const char *path) { return below(path) ? unlink_under_fault(path) : REAL(unlink)(path); }

static int mkdir_under_fault(const char *path, mode_t mode) { UNDER_FAULT("mkdir", int, REAL(mkdir)(path, mode)) }
int mkdir(const char *path, mode_t mode) { return below(path) ? mkdir_under_fault(path, mode) : REAL(mkdir)(path, mode); }
