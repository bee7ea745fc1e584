// What files are called of which several have one name, and when two paths lead to one device.
#include "sim/models/file_names.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

/// A data folder `data` and scenarios in `work`.
class FileNamesTest : public testing::Test {
 protected:
  FileNamesTest() {
    for (const char* file :
         {"data/device_profiles/phone.yaml", "work/phone.yaml", "work/phone.yml",
          "work/mine/phone.yaml", "work/a/mine/phone.yaml", "work/b/mine/phone.yaml",
          "work/mine/tall.yaml", "phone.yaml", "other/phone.yaml", "other/mine/phone.yaml"}) {
      fs::create_directories((folder_.path() / file).parent_path());
      write_all(folder_.path() / file, "");
    }
  }

  Names names(const std::vector<fs::path>& files) const {
    std::vector<fs::path> paths;
    for (const fs::path& file : files) paths.push_back(folder_.path() / file);
    return telling_names(paths, SearchPath(folder_.path() / "data"), "device_profiles",
                         folder_.path() / "work");
  }

  const TemporaryFolder folder_;
  const fs::path shipped_ = "data/device_profiles/phone.yaml";
};

TEST_F(FileNamesTest, AStemThatNoOtherFileHasIsTheName) {
  EXPECT_EQ(names({}), Names{});
  EXPECT_EQ(names({"work/a/mine/phone.yaml", "work/mine/tall.yaml"}), (Names{"phone", "tall"}));
  EXPECT_EQ(names({"work/phone.yml"}), Names{"phone"});
}

TEST_F(FileNamesTest, OfOneStemTheFileOfTheDataFoldersKeepsIt) {
  const Names expected = {"phone", "mine/phone"};
  EXPECT_EQ(names({shipped_, "work/mine/phone.yaml"}), expected);
  EXPECT_EQ(names({"work/../data/device_profiles/phone.yaml", "work/mine/phone.yaml"}), expected);
  EXPECT_EQ(names({"work/mine/phone.yaml", shipped_}), (Names{"mine/phone", "phone"}));
}

TEST_F(FileNamesTest, TheRestAreToldApartByTheShortestEndOfTheirPaths) {
  EXPECT_EQ(names({"work/mine/phone.yaml", "work/phone.yaml"}), (Names{"mine/phone", "./phone"}));
  EXPECT_EQ(names({shipped_, "work/phone.yaml"}), (Names{"phone", "./phone"}));
  EXPECT_EQ(names({"work/phone.yaml", "phone.yaml", "other/phone.yaml"}),
            (Names{"./phone", "../phone", "other/phone"}));
  EXPECT_EQ(names({"work/a/mine/phone.yaml", "work/b/mine/phone.yaml"}),
            (Names{"a/mine/phone", "b/mine/phone"}));
  EXPECT_EQ(names({"work/mine/phone.yaml", "work/a/mine/phone.yaml", "other/mine/phone.yaml"}),
            (Names{"./mine/phone", "a/mine/phone", "other/mine/phone"}));
  EXPECT_EQ(names({"work/phone.yaml", "work/phone.yml"}), (Names{"phone", "phone.yml"}));
}

TEST_F(FileNamesTest, OnePathHasOneName) {
  EXPECT_EQ(names({"work/mine/phone.yaml", shipped_, "work/a/../mine/phone.yaml"}),
            (Names{"mine/phone", "phone", "mine/phone"}));
  EXPECT_EQ(names({"work/phone.yaml", "work/phone.yaml"}), (Names{"phone", "phone"}));
}

TEST_F(FileNamesTest, ADeviceIsItsFileAndTheLatenciesBesideIt) {
  const fs::path file = folder_.path() / "work/mine/phone.yaml",
                 other = folder_.path() / "work/a/mine/phone.yaml",
                 link = folder_.path() / "work/b/phone.yaml",
                 renamed = folder_.path() / "work/b/renamed.yaml";
  fs::create_symlink(file, link);
  fs::create_symlink(file, renamed);
  EXPECT_TRUE(is_same_device(file, folder_.path() / "work/a/../mine/phone.yaml"));
  EXPECT_TRUE(is_same_device(file, link));
  EXPECT_FALSE(is_same_device(file, other));
  EXPECT_FALSE(is_same_device(file, renamed));  // its latencies have its name
  EXPECT_FALSE(is_same_device(file, folder_.path() / "work/none/phone.yaml"));
  write_all(own_latencies(link), "");
  EXPECT_FALSE(is_same_device(file, link));
}

}  // namespace
}  // namespace autoscale
