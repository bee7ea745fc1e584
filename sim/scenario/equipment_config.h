// The shape of a scenario's keys `devices`, `links` and `servers`: which profiles take part, how many
// of each, and who shares them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/config/fields.h"
#include "sim/models/kinds.h"

namespace autoscale {

using config::Located;

struct DeviceGroupConfig {
  Located<std::string> profile;
  std::uint32_t count = 1;

  template <class V>
  void fields(V& v) {
    v.required("profile", profile, "device profile: a name or a file");
    v.optional("count", count, "how many of them", config::range(1.0, 10e6));
  }
};

struct LinkUseConfig {
  Located<std::string> technology;
  std::uint32_t phones_per_access_point = 1;

  template <class V>
  void fields(V& v) {
    v.optional("technology", technology, "link technology: a name or a file");
    v.optional("phones_per_access_point", phones_per_access_point,
               "phones that share the air; 1: each has its own", config::positive);
  }
};

struct LinksConfig {
  LinkUseConfig cloud{{"wifi", {}}, 1};
  LinkUseConfig tablet{{"wifi_direct", {}}, 1};

  template <class V>
  void fields(V& v) {
    v.optional("cloud", cloud, "between phone and cloud");
    v.optional("tablet", tablet, "between phone and tablet");
  }
};

struct ServerUseConfig {
  Located<std::string> profile;
  std::map<ProcessorKind, Located<std::uint32_t>> workers;
  std::uint32_t phones_each = 0;
  std::optional<Located<std::vector<ProcessorKind>>> processors;
  Located<double> background;

  template <class V>
  void fields(V& v) {
    v.optional("profile", profile, "device profile: a name or a file");
    v.optional("workers", workers, "parallel workers per processor, instead of the profile's",
               config::positive);
    v.optional("processors", processors, "processors that phones may use; default: all of them");
    v.optional("background", background, "sequences of other users in each of its batches",
               config::non_negative);
    v.optional("phones_each", phones_each, "phones that share one of them; 0: all share the one");
  }
};

struct ServersConfig {
  ServerUseConfig cloud{{"cloud_server", {}}, {}, 0, {}, {}};
  ServerUseConfig tablet{{"galaxy_tab_s6", {}}, {}, 1, {}, {}};

  template <class V>
  void fields(V& v) {
    v.optional("cloud", cloud, "the cloud");
    v.optional("tablet", tablet, "the tablets");
  }
};

}  // namespace autoscale
