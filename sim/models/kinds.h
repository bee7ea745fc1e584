// The closed vocabularies of the field that data files and code share.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "sim/config/fields.h"
#include "sim/core/enum_array.h"

namespace autoscale {

/// int4: weights of four bits, activations of more.
enum class Precision : std::uint8_t { kFp32, kFp16, kInt8, kInt4 };
/// A DSP is whatever a phone runs networks on beside CPU and GPU: a DSP, an NPU, a Neural Engine.
enum class ProcessorKind : std::uint8_t { kCpu, kGpu, kDsp };
enum class DeviceKind : std::uint8_t { kPhone, kTablet, kServer };
enum class Task : std::uint8_t { kClassification, kDetection, kTranslation, kGeneration };

/// What a block of a DNN mostly consists of; decides how it uses compute and memory.
enum class BlockClass : std::uint8_t { kInput, kConv, kDepthwise, kFc, kAttention, kPool };

/// Height of a power table: as measured, or scaled so that its top is the paper's maximum.
enum class PowerLevel : std::uint8_t { kMeasured, kPaper };

/// Which form of a DNN's input is sent to a server; a tensor is what its input layer takes.
enum class Upload : std::uint8_t { kRaw, kJpeg, kTensorFp16, kTensorFp32 };

/// What a server sends back of a detection: the best boxes, or boxes and scores of all anchors.
enum class Detections : std::uint8_t { kBoxes, kAnchors };

/// Which quantity a radio link calls its signal strength.
enum class SignalKind : std::uint8_t { kRssi, kRsrp };

inline constexpr std::size_t kPrecisions = 4;
inline constexpr std::size_t kProcessorKinds = 3;
inline constexpr std::size_t kDeviceKinds = 3;
inline constexpr std::size_t kBlockClasses = 6;
inline constexpr std::size_t kUploads = 4;

template <class T>
using PerPrecision = EnumArray<Precision, T, kPrecisions>;
template <class T>
using PerProcessor = EnumArray<ProcessorKind, T, kProcessorKinds>;
template <class T>
using PerDevice = EnumArray<DeviceKind, T, kDeviceKinds>;
template <class T>
using PerBlockClass = EnumArray<BlockClass, T, kBlockClasses>;
template <class T>
using PerUpload = EnumArray<Upload, T, kUploads>;

template <>
struct config::EnumNames<Precision> {
  static constexpr std::array<std::pair<Precision, std::string_view>, 4> value{
      {{Precision::kFp32, "fp32"},
       {Precision::kFp16, "fp16"},
       {Precision::kInt8, "int8"},
       {Precision::kInt4, "int4"}}};
};
template <>
struct config::EnumNames<ProcessorKind> {
  static constexpr std::array<std::pair<ProcessorKind, std::string_view>, 3> value{
      {{ProcessorKind::kCpu, "cpu"}, {ProcessorKind::kGpu, "gpu"}, {ProcessorKind::kDsp, "dsp"}}};
};
template <>
struct config::EnumNames<DeviceKind> {
  static constexpr std::array<std::pair<DeviceKind, std::string_view>, 3> value{
      {{DeviceKind::kPhone, "phone"},
       {DeviceKind::kTablet, "tablet"},
       {DeviceKind::kServer, "server"}}};
};
template <>
struct config::EnumNames<Task> {
  static constexpr std::array<std::pair<Task, std::string_view>, 4> value{
      {{Task::kClassification, "classification"},
       {Task::kDetection, "detection"},
       {Task::kTranslation, "translation"},
       {Task::kGeneration, "generation"}}};
};
template <>
struct config::EnumNames<BlockClass> {
  static constexpr std::array<std::pair<BlockClass, std::string_view>, 6> value{
      {{BlockClass::kInput, "input"},
       {BlockClass::kConv, "conv"},
       {BlockClass::kDepthwise, "depthwise"},
       {BlockClass::kFc, "fc"},
       {BlockClass::kAttention, "attention"},
       {BlockClass::kPool, "pool"}}};
};
template <>
struct config::EnumNames<PowerLevel> {
  static constexpr std::array<std::pair<PowerLevel, std::string_view>, 2> value{
      {{PowerLevel::kMeasured, "measured"}, {PowerLevel::kPaper, "paper"}}};
};
template <>
struct config::EnumNames<Upload> {
  static constexpr std::array<std::pair<Upload, std::string_view>, 4> value{
      {{Upload::kRaw, "raw"},
       {Upload::kJpeg, "jpeg"},
       {Upload::kTensorFp16, "tensor_fp16"},
       {Upload::kTensorFp32, "tensor_fp32"}}};
};
template <>
struct config::EnumNames<Detections> {
  static constexpr std::array<std::pair<Detections, std::string_view>, 2> value{
      {{Detections::kBoxes, "boxes"}, {Detections::kAnchors, "anchors"}}};
};
template <>
struct config::EnumNames<SignalKind> {
  static constexpr std::array<std::pair<SignalKind, std::string_view>, 2> value{
      {{SignalKind::kRssi, "rssi"}, {SignalKind::kRsrp, "rsrp"}}};
};

}  // namespace autoscale
