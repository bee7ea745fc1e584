// The forms in which inputs and detections travel: their sizes by the shapes of the networks, and
// what is said where a DNN's file does not know one.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "tests/support/simulation_testing.h"

namespace autoscale {
namespace {

namespace fs = std::filesystem;

Scenario with(const std::string& keys, const Catalog& catalog = shipped_catalog()) {
  return scenario_of(
      fmt::format("name: forms\ndevices: [{{profile: mi8pro}}]\npolicies: [random]\n{}\n"
                  "phases: [{{name: test, inferences: 1}}]\n",
                  keys),
      catalog);
}

/// Bytes up and down of the only DNN.
std::pair<double, double> bytes(const std::string& dnn, const std::string& keys) {
  const Scenario scenario = with(fmt::format("dnns: [{}]\n{}", dnn, keys));
  const RequestModel& request = scenario.system().types[0].dnns[0].request;
  return {request.up_bits / 8, request.down_bits / 8};
}

TEST(InputFormsTest, ATensorHasTwoOrFourBytesForEveryByteOfAnImage) {
  for (const Dnn& dnn : shipped_catalog().dnns()) {
    if (dnn.task == Task::kTranslation || dnn.generation) continue;
    EXPECT_EQ(dnn.input_bits[Upload::kTensorFp16], 2 * dnn.input_bits[Upload::kRaw]) << dnn.id;
    EXPECT_EQ(dnn.input_bits[Upload::kTensorFp32], 4 * dnn.input_bits[Upload::kRaw]) << dnn.id;
  }
}

TEST(InputFormsTest, TheScenarioChoosesWhatTravels) {
  EXPECT_EQ(bytes("mobilenet_v1", "upload: tensor_fp32"),
            std::pair(224.0 * 224 * 3 * 4, 1001.0 * 4));
  EXPECT_EQ(bytes("ssd_mobilenet_v1", "upload: tensor_fp16\ndetections: anchors"),
            std::pair(300.0 * 300 * 3 * 2, 1917.0 * 95 * 4));
  EXPECT_EQ(bytes("mobilenet_v1", "detections: anchors").second, 1001.0 * 4);  // detects nothing
  // Token ids are integers of four bytes in either precision.
  EXPECT_EQ(bytes("mobilebert", "upload: tensor_fp16").first, 3.0 * 128 * 4);
}

TEST(InputFormsTest, AFormThatTheDnnDoesNotKnowIsNamed) {
  const TemporaryFolder folder;
  for (const char* part : {"device_profiles", "workloads", "scenarios"}) {
    fs::copy(source_root() / part, folder.path() / part, fs::copy_options::recursive);
  }
  const fs::path file = folder.path() / "workloads/dnns/ssd_mobilenet_v1.yaml";
  std::ifstream in(source_root() / "workloads/dnns/ssd_mobilenet_v1.yaml");
  std::ofstream out(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("  tensor_") && !line.starts_with("anchors:")) out << line << '\n';
  }
  out.close();
  const Catalog catalog(folder.path());
  const auto message = [&](const std::string& keys) {
    try {
      with("dnns: [ssd_mobilenet_v1]\n" + keys, catalog);
    } catch (const config::ConfigError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(message("upload: raw"), "");
  EXPECT_NE(message("upload: tensor_fp32").find("ssd_mobilenet_v1.yaml has no input.tensor_fp32"),
            std::string::npos);
  EXPECT_NE(message("detections: anchors").find("ssd_mobilenet_v1.yaml has no anchors"),
            std::string::npos);
}

}  // namespace
}  // namespace autoscale
