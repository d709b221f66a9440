// cpi.json as the jobs of both OpenStack CPIs render it, overlaid with the request's context
// (several clouds from one CPI), checked with the Ruby CPI's rules. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cpi/error.h"
#include "json/value.h"
#include "openstack/session.h"

namespace cpi {

struct Config {
  openstack::Options cloud;
  std::chrono::milliseconds state_timeout = std::chrono::seconds(300);
  std::string default_key_name = {};
  std::vector<std::string> default_security_groups = {};
  std::optional<std::string> default_volume_type = std::nullopt;
  std::optional<std::string> config_drive = std::nullopt;  // "disk", "cdrom"
  bool boot_from_volume = false;
  bool stemcell_public_visibility = false;
  bool use_dhcp = true;
  bool ignore_server_availability_zone = false;
  bool human_readable_vm_names = false;
  bool use_nova_networking = false;
  // Our own key vrrp_security_group_rule: "add" makes the rule that VRRP lacks, "warn" only says
  // so.
  bool adds_vrrp_rule = false;
  json::Object agent = {};  // mbus, ntp, …: goes to the VM as it is; holds secrets
};

// `text` is the file's content; `ca_file` the second argument of the command line, may be empty.
Result<Config> read_config(std::string_view text, const json::Object& context,
                           const std::string& ca_file);

}  // namespace cpi
