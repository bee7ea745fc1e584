// Stands between the program and the C library (LD_PRELOAD) and makes what a test cannot wait for happen.
//
//   FAULTS_ROOT=DIR    what is done to files below DIR is counted: opened to write, written, cut, synced, renamed, removed
//   FAULTS_LOG=FILE    each of these is recorded, with its bytes, for the replay of a loss of power (power_test.py)
//   FAULTS_KILL_AT=N   the Nth does not happen: the process gets the signal FAULTS_SIGNAL instead (9 if not given)
//   FAULTS_FAIL_AT=N   the Nth and all later ones fail with the error FAULTS_ERRNO; removing works on a full disk
//   FAULTS_NO_LOCK=1   flock grants every lock, as a file system does that keeps locks to one machine
//   FAULTS_CLOCK=1     the time of day jumps a year forth and back at every look at it
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long count;

static void* real(const char* name) { return dlsym(RTLD_NEXT, name); }

static long number(const char* name) {
  const char* text = getenv(name);
  return text ? atol(text) : 0;
}

static int below_root(const char* path) {
  const char* root = getenv("FAULTS_ROOT");
  return root && strncmp(path, root, strlen(root)) == 0;
}

static int file_below_root(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return below_root(path);
}

static unsigned long inode(int file) {
  struct stat status;
  return fstat(file, &status) == 0 ? status.st_ino : 0;
}

static unsigned long inode_of(const char* path) {
  struct stat status;
  return stat(path, &status) == 0 ? status.st_ino : 0;
}

// Counts one; ends the process or returns an error if it is its turn.
static int turn(int removes) {
  pthread_mutex_lock(&mutex);
  const long now = ++count;
  pthread_mutex_unlock(&mutex);
  if (now == number("FAULTS_KILL_AT")) {
    const int signal = (int)number("FAULTS_SIGNAL");
    kill(getpid(), signal ? signal : SIGKILL);
  }
  const long fail_at = number("FAULTS_FAIL_AT"), problem = number("FAULTS_ERRNO");
  return fail_at && now >= fail_at && !(removes && problem == ENOSPC) ? (int)problem : 0;
}

// Adds a line to the log: a kind, numbers or names, and bytes in hexadecimal.
static void record(const char* head, const void* bytes, size_t size) {
  const char* path = getenv("FAULTS_LOG");
  if (!path) return;
  char* line = malloc(strlen(head) + 2 * size + 3);
  size_t at = (size_t)sprintf(line, "%s ", head);
  for (size_t i = 0; i < size; ++i) at += (size_t)sprintf(line + at, "%02x", ((const unsigned char*)bytes)[i]);
  line[at++] = '\n';
  const int log = REAL(open)(path, O_WRONLY | O_APPEND | O_CREAT, 0666);
  if (REAL(write)(log, line, at) != (ssize_t)at) abort();
  close(log);
  free(line);
}

#define RECORD(bytes, size, ...)                  \
  do {                                            \
    char head[8300];                              \
    snprintf(head, sizeof head, __VA_ARGS__);     \
    record(head, bytes, size);                    \
  } while (0)

#define FAIL_IF_DUE(condition, removes, failed)     \
  const int counts = (condition);                   \
  if (counts) {                                     \
    const int problem = turn(removes);              \
    if (problem) return errno = problem, (failed);  \
  }

static int open_counted(const char* path, int flags, mode_t mode) {
  FAIL_IF_DUE((flags & (O_WRONLY | O_RDWR)) && below_root(path), 0, -1)
  const int file = REAL(open)(path, flags, mode);
  if (counts && file >= 0) {
    RECORD(0, 0, "open %lu %d %s", inode(file), (flags & O_TRUNC) != 0, path);
  }
  return file;
}

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_counted(path, flags, mode);
}
int open64(const char* path, int flags, ...) __attribute__((alias("open")));

FILE* fopen(const char* path, const char* mode) {
  FAIL_IF_DUE(strpbrk(mode, "wa+") && below_root(path), 0, NULL)
  FILE* file = REAL(fopen)(path, mode);
  if (counts && file) {
    RECORD(0, 0, "open %lu %d %s", inode(fileno(file)), strchr(mode, 'w') != NULL, path);
  }
  return file;
}
FILE* fopen64(const char* path, const char* mode) __attribute__((alias("fopen")));

ssize_t write(int file, const void* bytes, size_t size) {
  FAIL_IF_DUE(file_below_root(file), 0, -1)
  const off_t at = counts ? lseek(file, 0, SEEK_CUR) : 0;
  const ssize_t done = REAL(write)(file, bytes, size);
  if (counts && done > 0) RECORD(bytes, (size_t)done, "write %lu %ld", inode(file), (long)at);
  return done;
}

ssize_t writev(int file, const struct iovec* parts, int n) {
  ssize_t all = 0;
  for (int i = 0; i < n; ++i) {
    const ssize_t done = parts[i].iov_len ? write(file, parts[i].iov_base, parts[i].iov_len) : 0;
    if (done < 0) return all ? all : done;
    all += done;
    if ((size_t)done < parts[i].iov_len) break;
  }
  return all;
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  FAIL_IF_DUE(file_below_root(file), 0, -1)
  const ssize_t done = REAL(pwrite)(file, bytes, size, at);
  if (counts && done > 0) RECORD(bytes, (size_t)done, "write %lu %ld", inode(file), (long)at);
  return done;
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) __attribute__((alias("pwrite")));

int ftruncate(int file, off_t size) {
  FAIL_IF_DUE(file_below_root(file), 1, -1)
  const int done = REAL(ftruncate)(file, size);
  if (counts && done == 0) RECORD(0, 0, "cut %lu %ld", inode(file), (long)size);
  return done;
}
int ftruncate64(int file, off64_t size) __attribute__((alias("ftruncate")));

int fsync(int file) {
  FAIL_IF_DUE(file_below_root(file), 0, -1)
  const int done = REAL(fsync)(file);
  if (counts && done == 0) RECORD(0, 0, "sync %lu", inode(file));
  return done;
}

int fdatasync(int file) {
  FAIL_IF_DUE(file_below_root(file), 0, -1)
  const int done = REAL(fdatasync)(file);
  if (counts && done == 0) RECORD(0, 0, "sync %lu", inode(file));
  return done;
}

int rename(const char* from, const char* to) {
  FAIL_IF_DUE(below_root(from), 0, -1)
  const int done = REAL(rename)(from, to);
  if (counts && done == 0) RECORD(0, 0, "rename %lu %s %s", inode_of(to), from, to);
  return done;
}

static int remove_counted(const char* path, int (*call)(const char*)) {
  FAIL_IF_DUE(below_root(path), 1, -1)
  const int done = call(path);
  if (counts && done == 0) RECORD(0, 0, "remove 0 %s", path);
  return done;
}

int unlink(const char* path) { return remove_counted(path, REAL(unlink)); }
int remove(const char* path) { return remove_counted(path, REAL(remove)); }

int flock(int file, int operation) { return number("FAULTS_NO_LOCK") ? 0 : REAL(flock)(file, operation); }

static long jump(void) {
  static long looks;
  return number("FAULTS_CLOCK") ? (++looks % 2 ? 365L : -365L) * 86400 : 0;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const int done = REAL(clock_gettime)(clock, now);
  if (clock == CLOCK_REALTIME && done == 0) now->tv_sec += jump();
  return done;
}

time_t time(time_t* now) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  if (now) *now = t.tv_sec;
  return t.tv_sec;
}
