// The deployer against a CPI that behaves, and one that does not.
#include <gmock/gmock.h>

#include "site.h"

namespace {

using deploy_test::Site;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr const char* kCloudError =
    R"({"result":null,"error":{"type":"Bosh::Clouds::CloudError","message":"no quota","ok_to_retry":false},"log":""})";
constexpr const char* kRetry =
    R"({"result":null,"error":{"type":"Bosh::Clouds::VMCreationFailed","message":"no host","ok_to_retry":true},"log":""})";
constexpr const char* kNotFound =
    R"({"result":null,"error":{"type":"Bosh::Clouds::VMNotFound","message":"gone","ok_to_retry":false},"log":""})";

TEST(Deploy, CallsWhatADirectorCallsAndRecordsIt) {
  Site site;
  ASSERT_EQ(site.deploy(), "");
  EXPECT_THAT(site.calls(),
              UnorderedElementsAre("create_stemcell", "create_vm", "create_vm", "set_vm_metadata",
                                   "set_vm_metadata", "has_vm", "has_vm"));
  const auto state = site.state();
  ASSERT_EQ(state.instances.size(), 2u);
  for (const auto& deployed : state.instances) {
    EXPECT_THAT(deployed.vm_cid, HasSubstr("vm-"));
    EXPECT_TRUE(deployed.has_metadata);
  }
  EXPECT_EQ(state.stemcells.at(0).cid, "img-1 light");
}

TEST(Deploy, AsksForInfoBeforeEachCallAndSendsTheDirectorsContext) {
  Site site;
  site.options.parallel = 1;
  site.options.cpi_context = {{"region", "one"}};
  ASSERT_EQ(site.deploy(), "");
  const auto requests = site.requests();
  ASSERT_EQ(requests.size(), 14u);
  for (std::size_t i = 0; i < requests.size(); i += 2) {
    EXPECT_EQ(requests[i].text_or("method", ""), "info");
    EXPECT_TRUE(requests[i]["api_version"].is_null());
    EXPECT_EQ(requests[i + 1]["api_version"].as_integer(), 2);
    EXPECT_EQ(requests[i + 1]["context"].text_or("director_uuid", "").size(), 36u);
    EXPECT_THAT(requests[i + 1]["context"].text_or("request_id", ""),
                ::testing::MatchesRegex("cpi-[0-9]+"));
    EXPECT_EQ(requests[i + 1]["context"].text_or("region", ""), "one");
  }
  EXPECT_EQ(requests[3].text_or("method", ""), "create_vm");
  EXPECT_EQ(requests[3]["context"]["vm"]["stemcell"]["api_version"].as_integer(), 3);
  EXPECT_EQ(requests[3]["arguments"].at(1), json::Value("img-1 light"));
  EXPECT_TRUE(requests[5]["context"]["vm"].is_null());
  // PATH, TMPDIR and HOME, and what the shell of the fake adds itself.
  std::ifstream environment(site.path("cpi/environment"));
  for (std::string line; std::getline(environment, line);)
    EXPECT_THAT(line, ::testing::MatchesRegex("(PATH|TMPDIR|HOME|PWD|SHLVL|_|OLDPWD)=.*"));
}

TEST(Deploy, ChangesNothingTheSecondTime) {
  Site site;
  ASSERT_EQ(site.deploy(), "");
  const auto before = site.state();
  site.requests();
  ASSERT_EQ(site.deploy(), "");
  EXPECT_TRUE(site.requests().empty());
  EXPECT_EQ(site.state(), before);
}

TEST(Deploy, RecreatesVmByVmWhenTheExtensionChanges) {
  Site site;
  ASSERT_EQ(site.deploy(), "");
  const auto before = site.state();
  site.requests();
  std::ifstream in(site.files.cloud_config);
  std::string cloud_config{std::istreambuf_iterator<char>(in), {}};
  const std::size_t at = cloud_config.find("pairs: 10.0.0.50");
  cloud_config.replace(at, 16, "pairs: 10.0.0.51");
  site.files.cloud_config = site.path("cloud-config.yml");
  std::ofstream(site.files.cloud_config) << cloud_config;
  ASSERT_EQ(site.deploy(), "");
  EXPECT_THAT(site.calls(), ElementsAre("delete_vm", "create_vm", "set_vm_metadata", "has_vm",
                                        "delete_vm", "create_vm", "set_vm_metadata", "has_vm"));
  EXPECT_TRUE(site.notes.empty());  // no VM has gone astray
  const auto after = site.state();
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(after.instances[i].instance.id, before.instances[i].instance.id);
    EXPECT_EQ(after.instances[i].instance.addresses, before.instances[i].instance.addresses);
    EXPECT_NE(after.instances[i].vm_cid, before.instances[i].vm_cid);
    EXPECT_NE(after.instances[i].agent_id, before.instances[i].agent_id);
  }
}

TEST(Deploy, RepeatsCreateVmOnlyWhenTheCpiSaysSo) {
  Site site;
  site.options.parallel = 1;
  site.answer("create_vm", {kRetry, kRetry});
  ASSERT_EQ(site.deploy(), "");
  EXPECT_EQ(site.retries, 2);
  std::vector<std::string> agents;
  for (const auto& request : site.requests())
    if (request.text_or("method", "") == "create_vm")
      agents.push_back(*request["arguments"].at(0).as_string());
  ASSERT_EQ(agents.size(), 4u);
  EXPECT_EQ(agents[0], agents[2]);  // a repetition is the same call
  EXPECT_NE(agents[2], agents[3]);
}

TEST(Deploy, GivesUpAfterFiveTries) {
  Site site;
  site.options.parallel = 1;
  site.answer("create_vm", std::vector<std::string>(9, kRetry));
  EXPECT_EQ(site.deploy(),
            "cannot create web/0: create_vm: Bosh::Clouds::VMCreationFailed: no host");
  EXPECT_EQ(site.retries, 4);
}

TEST(Deploy, StopsAtAFailureAndGoesOnFromThere) {
  Site site;
  site.options.parallel = 1;
  site.answer("create_vm", {R"({"result":["vm-a",{}],"error":null,"log":""})", kCloudError});
  EXPECT_EQ(site.deploy(), "cannot create web/1: create_vm: Bosh::Clouds::CloudError: no quota");
  auto state = site.state();
  ASSERT_EQ(state.instances.size(), 2u);
  EXPECT_EQ(state.instances[0].vm_cid, "vm-a");
  EXPECT_EQ(state.instances[1].vm_cid, "");
  site.requests();
  ASSERT_EQ(site.deploy(), "");
  EXPECT_THAT(site.calls(), ElementsAre("create_vm", "set_vm_metadata", "has_vm"));
  EXPECT_EQ(site.state().instances[1].instance.id, state.instances[1].instance.id);
}

TEST(Deploy, DeletesAVmThatCannotBeFinished) {
  Site site;
  site.options.parallel = 1;
  site.answer("set_vm_metadata", {kCloudError});
  EXPECT_EQ(site.deploy(),
            "cannot create web/0: set_vm_metadata: Bosh::Clouds::CloudError: no quota");
  EXPECT_THAT(site.calls(),
              ElementsAre("create_stemcell", "create_vm", "set_vm_metadata", "delete_vm"));
  EXPECT_EQ(site.state().instances.at(0).vm_cid, "");
}

TEST(Deploy, FailsWhenTheVmIsGoneAtOnce) {
  Site site;
  site.options.parallel = 1;
  site.answer("has_vm", {R"({"result":false,"error":null,"log":""})"});
  EXPECT_EQ(site.deploy(), "cannot create web/0: the VM vm-1 is gone right after it was created");
}

TEST(Deploy, SaysHowACpiBrokeTheProtocol) {
  const auto said = [](const std::string& method, const std::string& line) {
    Site site;
    site.options.parallel = 1;
    site.answer(method, {line});
    return site.deploy();
  };
  EXPECT_THAT(said("info", "garbage"), HasSubstr("answered what is not JSON, exit status 1"));
  EXPECT_THAT(said("create_stemcell", "silence"),
              HasSubstr("answered nothing, exit status 3; it wrote: out of memory"));
  EXPECT_THAT(said("create_stemcell", R"({"result":"x","error":null})"),
              HasSubstr("answered without \"result\", \"error\" and a text \"log\""));
  EXPECT_THAT(said("create_stemcell", R"({"result":"x","error":{"type":"T"},"log":""})"),
              HasSubstr("answered an error without \"type\", \"message\" and \"ok_to_retry\""));
  EXPECT_THAT(said("create_stemcell", R"({"result":7,"error":null,"log":""})"),
              HasSubstr("create_stemcell answered no stemcell cid"));
  EXPECT_THAT(
      said("create_vm",
           R"({"result":null,"error":{"type":"Mine","message":"x","ok_to_retry":true},"log":""})"),
      HasSubstr("create_vm: Mine: unknown CPI error 'Mine': x"));
  EXPECT_THAT(said("info", R"({"result":{"api_version":1},"error":null,"log":""})"),
              HasSubstr("speaks CPI version 1, version 2 is the oldest that works"));
}

TEST(Deploy, DoesNotWaitForeverAndTellsLaterWhatMayBeLeft) {
  Site site;
  site.options.parallel = 1;
  site.answer("create_vm", {"hang"});
  site.options.call_deadline = std::chrono::seconds(3);
  EXPECT_THAT(site.deploy(), HasSubstr("did not end within 3000 ms"));
  const std::string agent = site.state().instances.at(0).agent_id;
  ASSERT_FALSE(agent.empty());
  site.options.call_deadline = std::chrono::minutes(5);
  ASSERT_EQ(site.deploy(), "");
  EXPECT_THAT(site.notes, ElementsAre("an earlier create_vm had no answer; a VM with agent id " +
                                      agent + " may be left in the cloud"));
}

TEST(Deploy, SaysWhenTheCpiCannotBeStarted) {
  Site site;
  site.options.cpi = {"/nowhere/cpi"};
  EXPECT_THAT(site.deploy(), HasSubstr("cannot start /nowhere/cpi: no such file or directory"));
}

TEST(Deploy, DeletesEverythingAndDoesNotMindWhatIsGone) {
  Site site;
  ASSERT_EQ(site.deploy(), "");
  site.requests();
  site.answer("delete_vm", {kNotFound});
  auto file = deploy::StateFile::open(site.state_path());
  ASSERT_TRUE(file);
  bosh::Situation situation;
  situation.deployed = file->state.instances;
  EXPECT_EQ(site.run(bosh::plan_delete("web-vip", situation), *file), "");
  EXPECT_THAT(site.calls(), ElementsAre("delete_vm", "delete_vm"));
  EXPECT_TRUE(file->state.instances.empty());
}

TEST(Deploy, EndsBetweenTwoStepsWhenInterrupted) {
  Site site;
  site.options.parallel = 1;
  int asked = 0;
  site.options.is_interrupted = [&] { return ++asked > 1; };
  EXPECT_EQ(site.deploy(),
            "interrupted between two steps; what exists is recorded; the same command goes on "
            "from here");
  EXPECT_EQ(site.state().instances.size(), 1u);
}

TEST(StateFile, IsOnlyForOneAtATime) {
  Site site;
  const auto first = deploy::StateFile::open(site.state_path());
  ASSERT_TRUE(first);
  const auto second = deploy::StateFile::open(site.state_path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, base::Kind::Conflict);
  EXPECT_EQ(second.error().what, "another holdfast is working on " + site.state_path());
}

TEST(StateFile, ThatIsBrokenIsNotOverwritten) {
  Site site;
  std::ofstream(site.state_path()) << "{\"format\": 1,";
  EXPECT_THAT(site.deploy(), HasSubstr("the state file " + site.state_path() + " cannot be read"));
  std::ofstream(site.state_path()) << "{\"format\": 2}";
  EXPECT_THAT(site.deploy(), HasSubstr("its format is not 1"));
}

TEST(StateFile, BelongsToOneDeployment) {
  Site site;
  ASSERT_EQ(site.deploy(), "");
  {
    auto file = deploy::StateFile::open(site.state_path());
    file->state.deployment = "other";
    ASSERT_TRUE(file->save());
  }
  EXPECT_EQ(site.deploy(),
            "error: the state file is of the deployment \"other\", the manifest of \"web-vip\"\n"
            "hint: give each deployment a state file of its own with --state\n");
}

TEST(Load, ReadsAStemcellFromAnArchive) {
  Site site;
  const std::string archive = site.path("stemcell.tgz");
  const std::string command =
      "tar -czf " + archive + " -C " + site.files.stemcell + " ./stemcell.MF";
  ASSERT_EQ(std::system(command.c_str()), 0);
  site.files.stemcell = archive;
  EXPECT_EQ(site.deploy(), "");
  EXPECT_EQ(site.state().stemcells.at(0).version, "1.204");
}

TEST(Load, NamesFilesThatAreNotThere) {
  Site site;
  site.files.manifest = "/nowhere/manifest.yml";
  EXPECT_EQ(site.deploy(),
            "/nowhere/manifest.yml: error: cannot read /nowhere/manifest.yml: no such file or "
            "directory\n");
}

}  // namespace
