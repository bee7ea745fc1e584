// What results and messages call a file of the data: its stem, unless two files in use have the same
// one. And whether two paths lead to one file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/models/search_path.h"

namespace autoscale {

/// What the name of a table of latencies beside a profile has in place of ".yaml".
inline constexpr const char* kLatencyEnding = ".latency.csv";

/// Where the latencies of one profile are, if it brings any.
std::filesystem::path own_latencies(const std::filesystem::path& profile);

/// Whether two paths lead to one file; false if one of them leads to none.
bool same_file(const std::filesystem::path& a, const std::filesystem::path& b);

/// Whether two profiles are one device: one file, perhaps by two paths, under one name and with the
/// same latencies beside it.
bool is_same_device(const std::filesystem::path& a, const std::filesystem::path& b);

/// A name for each of `files`, the same for the same path only. A file whose stem no other has is
/// called by it, and so is the one in `folder` of the data folders, such as "device_profiles". The
/// rest are called by the shortest end of their paths relative to `base` that no other path has:
/// "mine/mi8pro", "./mi8pro".
std::vector<std::string> telling_names(const std::vector<std::filesystem::path>& files,
                                       const SearchPath& search,
                                       const std::filesystem::path& folder,
                                       const std::filesystem::path& base);

}  // namespace autoscale
