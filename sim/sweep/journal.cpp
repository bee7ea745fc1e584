#include "sim/sweep/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/crc.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "sim/core/output_file.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "\xA5JR\n";
constexpr std::size_t kFrameBytes = 12;  // mark, length, checksum
constexpr std::uint32_t kMaxContent = 1u << 30;

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

void put_text(std::string& out, const std::string& text) {
  put(out, text.size(), 4);
  out += text;
}

/// Takes values from the front of a record. Fails a whole read if there are not enough bytes.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t number(int bytes) {
    std::uint64_t value = 0;
    const std::string_view raw = take(static_cast<std::size_t>(bytes));
    for (int i = 0; i < bytes; ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(raw[static_cast<std::size_t>(i)])}
               << (8 * i);
    }
    return value;
  }

  std::string text() { return std::string(take(number(4))); }

 private:
  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) throw IoError("journal: a record is not of this program's format");
    const std::string_view front = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return front;
  }

  std::string_view bytes_;
};

std::string pack(const JournalRecord& record) {
  std::string out;
  put(out, record.trial, 8);
  for (const auto* list : {&record.rows, &record.timing, &record.breakdown}) {
    put(out, list->size(), 4);
    for (const std::string& row : *list) put_text(out, row);
  }
  put(out, record.failures.size(), 4);
  for (const JournalRecord::Failure& failure : record.failures) {
    put_text(out, failure.run);
    put_text(out, failure.error);
  }
  return out;
}

JournalRecord unpack(std::string_view bytes) {
  Unpacker in(bytes);
  JournalRecord record;
  record.trial = in.number(8);
  for (auto* list : {&record.rows, &record.timing, &record.breakdown}) {
    for (std::uint64_t n = in.number(4); n > 0; --n) list->push_back(in.text());
  }
  for (std::uint64_t n = in.number(4); n > 0; --n) {
    std::string run = in.text();
    record.failures.push_back({std::move(run), in.text()});
  }
  return record;
}

std::uint32_t checksum(std::string_view length, std::string_view content) {
  boost::crc_32_type crc;
  crc.process_bytes(length.data(), length.size());
  crc.process_bytes(content.data(), content.size());
  return crc.checksum();
}

std::string frame(std::string_view content) {
  std::string out(kMark);
  put(out, content.size(), 4);
  put(out, checksum(std::string_view(out).substr(kMark.size(), 4), content), 4);
  out += content;
  return out;
}

/// Reads up to `count` bytes at an offset; fewer at the end of the file. False on an error.
bool read_at(int file, std::uint64_t offset, std::size_t count, std::string& out) {
  out.resize(count);
  std::size_t done = 0;
  while (done < count) {
    const ssize_t n =
        ::pread(file, out.data() + done, count - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  out.resize(done);
  return true;
}

/// The content of the whole frame at an offset; nothing if there is none. False on an error.
bool read_frame(int file, std::uint64_t offset, std::optional<std::string>& content) {
  content.reset();
  std::string header, bytes;
  if (!read_at(file, offset, kFrameBytes, header)) return false;
  if (header.size() < kFrameBytes || !header.starts_with(kMark)) return true;
  Unpacker in(std::string_view(header).substr(kMark.size()));
  const auto length = static_cast<std::uint32_t>(in.number(4));
  const auto expected = static_cast<std::uint32_t>(in.number(4));
  if (length > kMaxContent) return true;
  struct stat status {};
  if (::fstat(file, &status) != 0) return false;
  if (offset + kFrameBytes + length > static_cast<std::uint64_t>(status.st_size)) return true;
  if (!read_at(file, offset + kFrameBytes, length, bytes)) return false;
  const std::string_view length_bytes = std::string_view(header).substr(kMark.size(), 4);
  if (bytes.size() == length && checksum(length_bytes, bytes) == expected) {
    content = std::move(bytes);
  }
  return true;
}

/// The next place from an offset on where a frame may begin; nothing at the end of the file. False
/// on an error.
bool find_mark(int file, std::uint64_t offset, std::optional<std::uint64_t>& found) {
  constexpr std::size_t kChunk = 1 << 16;
  found.reset();
  std::string chunk;
  while (read_at(file, offset, kChunk, chunk)) {
    const std::size_t at = chunk.find(kMark);
    if (at != std::string::npos) found = offset + at;
    if (found || chunk.size() < kMark.size()) return true;
    offset += chunk.size() - kMark.size() + 1;
  }
  return false;
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}
Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Journal::Journal(fs::path path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {
  if (file_.get() < 0) fail();
}

void Journal::fail() const {
  throw IoError(fmt::format("{}: {}", path_.string(), std::generic_category().message(errno)));
}

void Journal::fail_in_use() const {
  throw IoError(path_.string() +
                ": another process changes it too; --resume goes on once that has ended");
}

Journal Journal::create(const fs::path& path, const std::string& head) {
  const fs::path partial = path.string() + ".partial";
  Journal journal(
      partial, Descriptor(::open(partial.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)));
  journal.append(head);
  journal.head_ = head;
  journal.sync();
  if (::rename(partial.c_str(), path.c_str()) != 0) journal.fail();
  sync_folder(path.parent_path());
  journal.path_ = path;
  return journal;
}

Journal Journal::open(const fs::path& path, bool repair) {
  Journal journal(path, Descriptor(::open(path.c_str(), (repair ? O_RDWR : O_RDONLY) | O_CLOEXEC)));
  journal.scan();
  if (repair && ::ftruncate(journal.file_.get(), static_cast<off_t>(journal.end_)) != 0) {
    journal.fail();
  }
  return journal;
}

void Journal::scan() {
  std::optional<std::string> content;
  std::optional<std::uint64_t> at = 0;
  std::uint64_t whole = 0;
  while (at) {
    if (!read_frame(file_.get(), *at, content)) fail();
    if (content) {
      if (*at == 0) {
        head_ = *content;
      } else {
        remember(unpack(*content).trial, *at);
      }
      whole += kFrameBytes + content->size();
      end_ = *at + kFrameBytes + content->size();
      at = end_;
    } else if (!find_mark(file_.get(), *at + 1, at)) {
      fail();
    }
  }
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) fail();
  damaged_ = static_cast<std::uint64_t>(status.st_size) - whole;
  if (head_.empty() && size() > 0) {
    throw IoError(path_.string() + ": its head is damaged, so nobody knows what sweep this is");
  }
}

void Journal::remember(std::uint64_t trial, std::uint64_t offset) { offsets_[trial] = offset; }

bool Journal::has(std::uint64_t trial) const { return offsets_.contains(trial); }

JournalRecord Journal::read(std::uint64_t trial) const {
  const auto place = offsets_.find(trial);
  if (place == offsets_.end()) {
    throw IoError(fmt::format("{}: has no record of trial {}", path_.string(), trial));
  }
  std::optional<std::string> content;
  if (!read_frame(file_.get(), place->second, content)) fail();
  if (!content) fail_in_use();
  JournalRecord record = unpack(*content);
  if (record.trial != trial) fail_in_use();
  return record;
}

/// Where the lock does not hold, as on some network file systems, the length tells of others.
void Journal::check_alone() const {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) fail();
  if (status.st_nlink == 0) throw IoError(path_.string() + ": was removed");
  if (static_cast<std::uint64_t>(status.st_size) != end_) fail_in_use();
}

void Journal::append(std::string_view content) {
  check_alone();
  const std::string bytes = frame(content);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::pwrite(file_.get(), bytes.data() + done, bytes.size() - done,
                               static_cast<off_t>(end_ + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      const int problem = n < 0 ? errno : EIO;
      // If this fails too, the next open cuts the rest.
      [[maybe_unused]] const int cut = ::ftruncate(file_.get(), static_cast<off_t>(end_));
      errno = problem;
      fail();
    }
    done += static_cast<std::size_t>(n);
  }
  end_ += bytes.size();
}

void Journal::add(const JournalRecord& record) {
  const std::uint64_t offset = end_;
  append(pack(record));
  remember(record.trial, offset);
}

void Journal::sync() {
  if (::fdatasync(file_.get()) != 0) fail();
}

}  // namespace autoscale
