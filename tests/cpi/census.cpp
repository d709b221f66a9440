#include "census.h"

#include <algorithm>
#include <array>
#include <thread>

#include "openstack/volume.h"

namespace embedded {
namespace {

bool is_moving(const std::string& state) {
  constexpr std::array<std::string_view, 8> kMoving = {
      "creating", "deleting", "attaching", "detaching", "extending", "retyping", "BUILD", "REBOOT"};
  return std::ranges::any_of(kMoving, [&](std::string_view word) { return state.ends_with(word); });
}

Census look(Cloud& cloud) {
  Census all;
  for (const auto& server : cloud.run(openstack::list_servers(cloud.session())))
    all[server.id.value()] = "server " + server.status;
  for (const auto& port : cloud.run(openstack::list_ports(cloud.session())))
    all[port.id.value()] = "port of " + (port.device_id.empty() ? "nobody" : port.device_id);
  for (const auto& volume : cloud.run(openstack::list_volumes(cloud.session())))
    all[volume.id.value()] = "volume " + volume.status;
  for (const auto& snapshot : cloud.run(openstack::list_snapshots(cloud.session())))
    all[snapshot.id.value()] = "snapshot " + snapshot.status;
  for (const auto& image : cloud.run(openstack::list_images(cloud.session())))
    all[image.id.value()] = "image " + image.status;
  return all;
}

}  // namespace

Census census(Cloud& cloud) {
  for (;;) {
    Census all = look(cloud);
    if (std::ranges::none_of(all, [](const auto& each) { return is_moving(each.second); }))
      return all;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::string difference(const Census& before, const Census& after) {
  std::string out;
  for (const auto& [id, what] : before)
    if (!after.contains(id)) out += "- " + what + " " + id + "\n";
  for (const auto& [id, what] : after) {
    const auto was = before.find(id);
    if (was == before.end())
      out += "+ " + what + " " + id + "\n";
    else if (was->second != what)
      out += "~ " + was->second + " -> " + what + " " + id + "\n";
  }
  return out;
}

}  // namespace embedded
