#include <socketio/session/ack.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ack_tests {

using namespace socketio;
using namespace socketio::detail;

namespace {

struct target final : ack_target {
    void send_ack(std::string_view text, std::span<bytes_view const> attachments, std::uint64_t epoch) override
    {
        if (std::exchange(refuses, false))
            throw std::invalid_argument{"too many attachments"};
        std::string line{text};
        for (bytes_view const each : attachments)
            line += " + " + std::string{as_text(each)};
        sent.push_back(line + " @" + std::to_string(epoch));
    }
    void ack_dropped(std::uint64_t id) override { dropped.push_back(id); }

    std::vector<std::string> sent;
    std::vector<std::uint64_t> dropped;
    bool refuses = false;
};

ack make(std::shared_ptr<target> const& to, std::uint64_t id = 7, std::string nsp = "/")
{
    return ack{std::make_shared<ack_state>(to, nullptr, std::move(nsp), id, 3)};
}

using lines = std::vector<std::string>;

} // namespace

TEST_CASE("an empty ack may be called and does nothing")
{
    ack const none;
    CHECK_FALSE(none);
    none("OK");
    auto const to = std::make_shared<target>();
    CHECK(make(to));
    CHECK(to->sent.empty());
}

TEST_CASE("the answer is sent with its arguments, namespace and connection")
{
    auto const to = std::make_shared<target>();
    make(to)("OK", 1, std::vector<int>{2, 3});
    make(to, 0, "/admin")();
    bytes const data{std::byte{'x'}};
    make(to, 18446744073709551615u)(object{{"data", data}});
    CHECK(to->sent == lines{R"(37["OK",1,[2,3]] @3)", "3/admin,0[] @3",
                            R"(61-18446744073709551615[{"data":{"_placeholder":true,"num":0}}] + x @3)"});
    CHECK(to->dropped.empty());
}

TEST_CASE("only the first call of all copies answers")
{
    auto const to = std::make_shared<target>();
    {
        ack const reply = make(to);
        ack const copy = reply;
        copy("first");
        reply("second");
        copy("third");
    }
    CHECK(to->sent == lines{R"(37["first"] @3)"});
    CHECK(to->dropped.empty());
}

TEST_CASE("an answer that cannot be sent can be given again")
{
    auto const to = std::make_shared<target>();
    ack const reply = make(to);
    to->refuses = true;
    CHECK_THROWS_AS(reply("too large"), std::invalid_argument);
    reply("small");
    reply("too late");
    CHECK(to->sent == lines{R"(37["small"] @3)"});
    CHECK(to->dropped.empty());
}

TEST_CASE("an ack that nobody calls is told to be dropped, when its last copy goes")
{
    auto const to = std::make_shared<target>();
    {
        ack kept;
        {
            ack const reply = make(to, 5);
            kept = reply;
        }
        CHECK(to->dropped.empty());
    }
    CHECK(to->dropped == std::vector<std::uint64_t>{5});
    CHECK(to->sent.empty());
}

TEST_CASE("an ack may outlive whoever would send it")
{
    auto to = std::make_shared<target>();
    ack const answered = make(to);
    {
        ack const unused = make(to);
        to.reset();
    }
    answered("late");
    CHECK(answered);
}

TEST_CASE("of threads that answer at once one wins")
{
    for (int round = 0; round < 50; ++round) {
        auto const to = std::make_shared<target>();
        ack const reply = make(to);
        std::thread first{[reply] { reply(1); }};
        std::thread second{[reply] { reply(2); }};
        first.join();
        second.join();
        REQUIRE(to->sent.size() == 1);
        bool const known = to->sent[0] == "37[1] @3" || to->sent[0] == "37[2] @3";
        CHECK(known);
    }
}

} // namespace ack_tests
