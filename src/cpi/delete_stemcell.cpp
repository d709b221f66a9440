#include "base/log.h"
#include "cpi/call.h"
#include "cpi/stemcell_id.h"
#include "openstack/image.h"

namespace cpi {
namespace {

// Both CPIs upload an image as "name/version", with the version as a property. An image without
// these is the operator's, whatever the stemcell's id looks like (the Go CPI forgets " light").
bool was_uploaded_by_a_cpi(const json::Value& image) {
  const std::string version = image.text_or("version", "");
  return !version.empty() && image.text_or("name", "").ends_with("/" + version);
}

}  // namespace

io::Task<Result<json::Value>> delete_stemcell(const Call& call) {
  const auto id = text_argument(call, 0, "stemcell_id");
  if (!id) co_return std::unexpected(id.error());
  const StemcellId stemcell = StemcellId::parse(*id);
  if (stemcell.is_light) co_return json::Value{};  // the image is the operator's
  const std::string path = "/images/" + http::percent_encode(stemcell.image.value());
  const auto image = co_await call.cloud.request(openstack::Service::Image, "GET", path);
  if (!image && image.error().status == 404) co_return json::Value{};
  if (!image) co_return failed(image.error());
  if (!was_uploaded_by_a_cpi(*image)) {
    base::log::warning("cpi.stemcell_kept",
                       {{"image", stemcell.image.value()}, {"reason", "no CPI uploaded it"}});
    co_return json::Value{};
  }
  const auto deleted = co_await openstack::delete_image(call.cloud, stemcell.image);
  if (!deleted) co_return failed(deleted.error());
  co_return json::Value{};
}

}  // namespace cpi
