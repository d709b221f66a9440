#include "cli/deployment.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

#include "cli/commands.h"

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kExample = std::string(HOLDFAST_SOURCE_DIR) + "/examples/web-vip/";

struct Printed {
  int status;
  std::string output;
  std::string errors;
};

Printed command(int (*run)(const cli::Arguments&), const cli::Arguments& arguments) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int status = run(arguments);
  return {status, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

TEST(SplitCommand, TakesQuotesAsAShellDoes) {
  EXPECT_THAT(*cli::split_command("holdfast-cpi  'my files/cpi.json' \"\" a\"b c\""),
              ElementsAre("holdfast-cpi", "my files/cpi.json", "", "ab c"));
  EXPECT_EQ(cli::split_command("a 'b").error().what, "a quote is not closed in: a 'b");
  EXPECT_EQ(cli::split_command("  ").error().what, "the command is empty");
}

TEST(PlanCommand, ShowsTheExample) {
  const Printed shown =
      command(cli::plan, {kExample + "manifest.yml", "--cloud-config",
                          kExample + "cloud-config.yml", "--stemcell", kExample + "light-stemcell",
                          "-v", "net_id=n", "-v", "image_id=i", "--state", "/nowhere/state.json"});
  EXPECT_EQ(shown.status, 0);
  EXPECT_EQ(shown.errors, "");
  EXPECT_THAT(shown.output,
              HasSubstr("web-vip: 2 to create, 0 to recreate, 0 to delete, 0 unchanged\n\n"
                        "INSTANCE  STEP    AZ  ADDRESS    WHY\n"
                        "web/0     create  z1  10.0.0.10  \n"
                        "web/1     create  z1  10.0.0.11  \n"));
}

TEST(PlanCommand, CountsWhatIsWrong) {
  const Printed shown =
      command(cli::plan, {kExample + "manifest.yml", "--cloud-config",
                          kExample + "cloud-config.yml", "--state", "/nowhere/state.json"});
  EXPECT_EQ(shown.status, cli::kFailed);
  EXPECT_THAT(shown.errors, HasSubstr("error: the variable \"net_id\" has no value"));
  EXPECT_THAT(shown.errors, HasSubstr("\n1 error; nothing was changed\n"));
}

TEST(DeployCommand, PrintsOnlyJsonForPrograms) {
  std::string folder = testing::TempDir() + "/holdfast-cli-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const std::string cpi = std::string(HOLDFAST_SOURCE_DIR) + "/tests/deploy/fake_cpi.sh";
  const cli::Arguments arguments = {kExample + "manifest.yml",
                                    "--cloud-config",
                                    kExample + "cloud-config.yml",
                                    "--stemcell",
                                    kExample + "light-stemcell",
                                    "-v",
                                    "net_id=n",
                                    "-v",
                                    "image_id=i",
                                    "--state",
                                    folder + "/state.json",
                                    "--cpi",
                                    "'" + cpi + "' '" + folder + "'",
                                    "--json"};
  const Printed first = command(cli::deploy, arguments);
  EXPECT_EQ(first.status, 0) << first.errors;
  const auto printed = json::parse(first.output);
  ASSERT_TRUE(printed) << first.output;
  EXPECT_EQ((*printed)["steps"].as_array()->size(), 2u);
  const Printed second = command(cli::deploy, arguments);
  EXPECT_EQ((*json::parse(second.output))["unchanged"].as_integer(), 2);
  const Printed listed = command(cli::instances, {"--state", folder + "/state.json"});
  EXPECT_THAT(listed.output, HasSubstr("web/0*    created  z1  10.0.0.10  vm-"));
  const Printed deleted = command(cli::delete_deployment,
                                  {"--state", folder + "/state.json", "--cpi", cpi + " " + folder});
  EXPECT_THAT(deleted.output, HasSubstr("✓ deleted web/0  delete_vm "));
  EXPECT_FALSE(std::filesystem::exists(folder + "/state.json"));
  std::filesystem::remove_all(folder);
}

TEST(InstancesCommand, SaysWhenThereIsNoStateFile) {
  const Printed shown = command(cli::instances, {"--state", "/nowhere/state.json"});
  EXPECT_EQ(shown.status, cli::kFailed);
  EXPECT_EQ(shown.errors, "error: cannot read /nowhere/state.json: no such file or directory\n");
}

TEST(RecreateCommand, MakesNoStateFile) {
  const Printed shown = command(cli::recreate, {"web/0", "--state", "/nowhere/state.json"});
  EXPECT_EQ(shown.status, cli::kFailed);
  EXPECT_EQ(shown.errors, "error: cannot read /nowhere/state.json: no such file or directory\n");
}

}  // namespace
