#include <socketio/session/channel.hpp>

#include <socketio/codec/packet_decoder.hpp>
#include <socketio/core/role.hpp>
#include <socketio/session/local_event.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace channel_tests {

using namespace socketio;
using namespace socketio::detail;
using namespace std::chrono_literals;

namespace {

// A socket without a connection: its strand is the test, which decides when commands and steps run.
class lone_socket final : public std::enable_shared_from_this<lone_socket>, public channel_host {
public:
    explicit lone_socket(role side = role::server, std::chrono::milliseconds ack_timeout = {})
        : side_{side}, talk{*this, nsp_, nullptr, ids_, ack_timeout}
    {
    }

    void on(std::string const& event)
    {
        talk.events().on(event, [this, event](event_call& call) { note(event, call.args); });
    }
    // Takes an acknowledgement with the next id.
    pending_ack new_ack(bool wants_errors = true, std::optional<std::chrono::milliseconds> timeout = {})
    {
        pending_ack made = talk.new_ack("question", timeout);
        made.wants_errors = wants_errors;
        made.handler = [this](ack_result& result) { note(result.error ? result.error.message() : "answer", result.args); };
        return made;
    }
    std::uint64_t ask(bool wants_errors = true, std::optional<std::chrono::milliseconds> timeout = {})
    {
        pending_ack made = new_ack(wants_errors, timeout);
        auto const id = made.id;
        talk.ask(std::move(made), [] {});
        return id;
    }
    void answer(std::string text)
    {
        packet received;
        std::error_code ec;
        REQUIRE(decoder_.text(text, received, ec));
        talk.on_ack(received);
    }
    void run_steps()
    {
        while (!steps.empty()) {
            auto first = std::move(steps.front());
            steps.pop_front();
            first();
        }
    }
    void run_commands()
    {
        for (auto& each : std::exchange(commands, {}))
            each();
    }
    std::string seen() { return std::exchange(seen_, {}); }
    void note(std::string const& what, args const& arguments = {})
    {
        seen_ += (seen_.empty() ? "" : " | ") + what;
        for (value_view const each : arguments)
            seen_ += ' ' + each.to_json();
    }

    std::shared_ptr<void> pin() override { return shared_from_this(); }
    bool perform(unique_function<void()> command) override
    {
        if (gone)
            return false;
        if (on_strand)
            command();
        else
            commands.push_back(std::move(command));
        return true;
    }
    bool acts_now() override { return on_strand && !gone; }
    void call_elsewhere(unique_function<void()> call) override { elsewhere.push_back(std::move(call)); }
    void defer(unique_function<void()> step) override { steps.push_back(std::move(step)); }
    void defer_first(unique_function<void()> step) override { steps.push_front(std::move(step)); }
    void defer_outgoing(channel_steps&& step) noexcept override
    {
        steps.splice(side_ == role::client ? steps.begin() : steps.end(), step);
    }
    void note_deadline(clock::time_point at) override { noted = at; }
    void changed() noexcept override { ++changes; }
    void forget_packet(std::uint64_t id) override { forgotten.push_back(id); }
    void check_attachments(std::string_view event, std::size_t count) const override
    {
        if (count > 2)
            throw std::invalid_argument{std::string{event}};
    }
    clock::time_point time() const noexcept override { return clock::now(); }
    std::size_t packet_limit() const noexcept override { return 100; }
    void write_answer(std::string_view text, std::span<bytes_view const> attachments, std::uint64_t epoch) override
    {
        if (epoch == talk.epoch())
            note("wrote " + std::string{text} + '+' + std::to_string(attachments.size()));
    }
    void report(event_error&& why, std::shared_ptr<error_hook const> const& hook) override
    {
        if (hook)
            (*hook)(why);
        else
            note("unheard: " + why.event);
    }
    void note_unanswered(std::uint64_t id) override { note("unanswered " + std::to_string(id)); }

    bool on_strand = true;
    bool gone = false;
    channel_steps steps;
    std::vector<unique_function<void()>> commands, elsewhere;
    clock::time_point noted{};
    int changes = 0;
    std::vector<std::uint64_t> forgotten;

private:
    role const side_;
    std::string const nsp_ = "/";
    std::atomic<std::uint64_t> ids_{0};
    std::string seen_;
    packet_decoder decoder_{{}};

public:
    channel talk;
};

std::shared_ptr<lone_socket> make(role side = role::server, std::chrono::milliseconds ack_timeout = {})
{
    return std::make_shared<lone_socket>(side, ack_timeout);
}

std::string const timeout = make_error_code(error::ack_timeout).message();
std::string const disconnected = make_error_code(error::disconnected).message();

} // namespace

TEST_SUITE("channel")
{
    TEST_CASE("a question is answered once, with the answer's arguments")
    {
        auto const socket = make();
        auto const id = socket->ask();
        socket->answer("3" + std::to_string(id) + R"(["yes",2])");
        CHECK(socket->seen() == R"(answer "yes" 2)");
        socket->answer("3" + std::to_string(id) + R"(["again"])");
        socket->answer(R"(399["never asked"])");
        CHECK(socket->seen().empty());
    }

    TEST_CASE("what could not be written is not waited for")
    {
        auto const socket = make();
        CHECK_THROWS_AS(socket->talk.ask(socket->new_ack(), [] { throw std::runtime_error{"full"}; }), std::runtime_error);
        CHECK(socket->talk.waiting().size() == 0);
    }

    TEST_CASE("the host is asked for a look at the deadline before an acknowledgement is waited for")
    {
        auto const socket = make(role::client, 500ms);
        socket->ask();
        CHECK(socket->noted == socket->talk.waiting().deadline());
        CHECK(socket->noted != clock::never());
        socket->ask(true, 0ms); // which stands for "never"
        CHECK(socket->noted == clock::never());
    }

    TEST_CASE("time that is up ends acknowledgements in steps, and their packets are not sent any more")
    {
        auto const socket = make();
        auto const first = socket->ask(true, 10ms);
        socket->ask(true, 10h);
        socket->talk.expire(clock::now() + 1min);
        CHECK(socket->seen().empty());
        CHECK(socket->forgotten == std::vector<std::uint64_t>{first});
        socket->run_steps();
        CHECK(socket->seen() == timeout);
        CHECK(socket->talk.waiting().size() == 1);
    }

    TEST_CASE("a handler that takes no error is destroyed without a call")
    {
        auto const socket = make();
        socket->ask(false, 10ms);
        socket->talk.expire(clock::now() + 1min);
        socket->run_steps();
        CHECK(socket->seen().empty());
        CHECK(socket->talk.waiting().size() == 0);
    }

    TEST_CASE("a cancelled acknowledgement ends once, on the strand")
    {
        auto const socket = make();
        auto const id = socket->ask();
        socket->on_strand = false;
        socket->talk.cancel_ack(id);
        socket->talk.cancel_ack(id);
        CHECK(socket->talk.waiting().size() == 1);
        socket->run_commands();
        socket->run_steps();
        CHECK(socket->seen() == make_error_code(std::errc::operation_canceled).message());
        CHECK(socket->forgotten == std::vector<std::uint64_t>{id});
    }

    TEST_CASE("a forgotten acknowledgement is never called, and its handler dies in a step")
    {
        auto const socket = make();
        auto held = std::make_shared<int>();
        std::weak_ptr<int> const watched = held;
        pending_ack asked = socket->new_ack();
        asked.handler = [held = std::move(held)](ack_result&) { FAIL("never called"); };
        auto const id = asked.id;
        socket->talk.ask(std::move(asked), [] {});
        socket->talk.forget_ack(id);
        CHECK_FALSE(watched.expired());
        socket->run_steps();
        CHECK(watched.expired());
    }

    TEST_CASE("only acknowledgements whose packet was sent end with the connection")
    {
        auto const socket = make(role::client);
        socket->ask();
        pending_ack kept = socket->new_ack();
        kept.buffered = true;
        socket->talk.pending().add(std::move(kept));
        socket->talk.end_acks(socket->talk.pending().take_sent(), error::disconnected);
        socket->run_steps();
        CHECK(socket->seen() == disconnected);
        CHECK(socket->talk.waiting().size() == 1);
    }

    TEST_CASE("one that was put back ends as it should have ended then")
    {
        auto const socket = make();
        pending_ack ended = socket->new_ack();
        socket->talk.keep_ended(ended, error::buffer_full);
        socket->talk.expire(clock::now());
        socket->run_steps();
        CHECK(socket->seen() == make_error_code(error::buffer_full).message());
    }

    TEST_CASE("all that are left end in order, and a handler that throws leaves the others to a step")
    {
        auto const socket = make();
        socket->ask();
        pending_ack bad = socket->new_ack();
        bad.handler = [](ack_result&) { throw std::runtime_error{"bad"}; };
        socket->talk.ask(std::move(bad), [] {});
        socket->ask();
        CHECK_THROWS_AS(socket->talk.end_all_now(), std::runtime_error);
        CHECK(socket->seen() == disconnected);
        socket->run_steps();
        CHECK(socket->seen() == disconnected);
        CHECK(socket->talk.waiting().size() == 0);
    }

    TEST_CASE("an emit that cannot be sent calls its handler, or else the error hook")
    {
        auto const socket = make();
        socket->talk.fail_emit("large", socket->new_ack(), error::payload_too_large);
        socket->talk.fail_emit("mute", socket->new_ack(false), error::payload_too_large);
        socket->talk.fail_emit("plain", std::nullopt, error::payload_too_large);
        CHECK(socket->seen().empty());
        socket->run_steps();
        CHECK(socket->seen() == make_error_code(error::payload_too_large).message() + " | unheard: mute | unheard: plain");
    }

    TEST_CASE("an emit that fails on another thread fails on the strand")
    {
        auto const socket = make();
        socket->on_strand = false;
        socket->talk.fail_from_anywhere("large", socket->new_ack(), error::payload_too_large);
        CHECK(socket->steps.empty());
        socket->run_commands();
        socket->run_steps();
        CHECK(socket->seen() == make_error_code(error::payload_too_large).message());
    }

    TEST_CASE("without a strand an acknowledgement ends elsewhere")
    {
        auto const socket = make();
        socket->gone = true;
        socket->talk.fail_from_anywhere("late", socket->new_ack(), error::payload_too_large);
        auto calls = std::exchange(socket->elsewhere, {}); // each of them holds the socket
        REQUIRE(calls.size() == 1);
        calls.front()();
        CHECK(socket->seen() == disconnected);
    }

    TEST_CASE("an answer is written at once on the strand, and in order from elsewhere")
    {
        auto const socket = make();
        socket->talk.make_ack(3)("yes");
        CHECK(socket->seen() == R"(wrote 33["yes"]+0)");
        socket->on_strand = false;
        socket->talk.make_ack(4)(bytes(2));
        CHECK(socket->seen().empty());
        socket->run_commands();
        CHECK(socket->seen() == R"(wrote 61-4[{"_placeholder":true,"num":0}]+1)");
    }

    TEST_CASE("an answer belongs to the connection of its question")
    {
        auto const socket = make(role::client);
        auto const late = socket->talk.make_ack(3);
        socket->talk.begin_epoch();
        late("too late");
        CHECK(socket->seen().empty());
    }

    TEST_CASE("an answer that is too large is reported, and one with too many attachments is misuse")
    {
        auto const socket = make();
        socket->talk.make_ack(3)(std::string(200, 'x'));
        socket->run_steps();
        CHECK(socket->seen() == "unheard: acknowledgement");
        CHECK_THROWS_AS(socket->talk.make_ack(4)(bytes(1), bytes(1), bytes(1)), std::invalid_argument);
    }

    TEST_CASE("an ack that is destroyed without a call is noted")
    {
        auto const socket = make();
        static_cast<void>(socket->talk.make_ack(8));
        CHECK(socket->seen() == "unanswered 8");
    }

    TEST_CASE("events call their listeners, and those with an id can be answered")
    {
        auto const socket = make();
        socket->on("news");
        socket->talk.events().on("question", [](event_call& call) { call.the_ack()(1); });
        local_args const one{std::string_view{"today"}};
        socket->talk.dispatch("news", one.view(), std::nullopt);
        CHECK(socket->seen() == R"(news "today")");
        socket->talk.dispatch("question", one.view(), 5);
        CHECK(socket->seen() == "wrote 35[1]+0");
    }

    TEST_CASE("the outgoing listeners see what was written, in a step and in order")
    {
        for (role const side : {role::client, role::server}) {
            CAPTURE(static_cast<int>(side));
            auto const socket = make(side);
            socket->talk.outgoing().on_any([&](event_call& call) { socket->note(std::string{call.event}, call.args); });
            auto const write = [&](std::string_view text, bool done = true) {
                CHECK(socket->talk.write(text, {}, [done] { return done; }) == done);
            };
            socket->defer([&] { socket->note("before"); });
            write(R"(2["one",1])");
            write(R"(2["dropped"])", false);
            write(R"(2["two",2])");
            CHECK(socket->seen().empty());
            socket->run_steps();
            CHECK(socket->seen() == (side == role::client ? "one 1 | two 2 | before" : "before | one 1 | two 2"));
        }
    }

    TEST_CASE("errors go to the hook, from any thread")
    {
        auto const socket = make();
        socket->talk.set_error_hook([&](event_error const& why) { socket->note("hook: " + why.event); });
        socket->talk.report({.event = "here"});
        CHECK(socket->seen() == "hook: here");
        socket->on_strand = false;
        socket->talk.report_from_anywhere({.event = "there"});
        socket->run_commands();
        CHECK(socket->seen().empty());
        socket->run_steps();
        CHECK(socket->seen() == "hook: there");
    }

    TEST_CASE("after stop_listening() nothing is called any more")
    {
        auto const socket = make();
        socket->on("news");
        socket->talk.set_error_hook([&](event_error const&) { socket->note("hook"); });
        socket->talk.stop_listening();
        socket->on("news");
        socket->talk.set_error_hook([&](event_error const&) { socket->note("hook"); });
        socket->talk.dispatch("news", {}, std::nullopt);
        socket->talk.report({.event = "error"});
        CHECK(socket->seen() == "unheard: error");
    }

    TEST_CASE("an event that is named by a number has its digits for a name")
    {
        json_document reader;
        std::string text = "[17]";
        REQUIRE_FALSE(reader.parse({text.data(), text.size()}, json_limits{}, false));
        CHECK(event_name{reader.root()}.view() == "17");
    }
}

} // namespace channel_tests
