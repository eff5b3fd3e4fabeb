// The order of what happens on a strand.
#include <socketio/net/lane.hpp>

#include "support/run_until.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

using namespace socketio::detail;
using namespace std::chrono_literals;
using socketio::bytes_view;
using socketio::clock;

namespace {

// Writes down all that its lane calls.
class actor final : public lane_owner, public lane_recipient, public std::enable_shared_from_this<actor> {
public:
    explicit actor(asio::io_context& context)
        : works{*this, strand{known_executor{asio::any_io_executor{context.get_executor()}}}, 4096}
    {
    }

    void note(std::string_view what) { diary.append(diary.empty() ? "" : " ").append(what); }
    auto noting(std::string_view what)
    {
        return [this, what] { note(what); };
    }

    std::shared_ptr<void> pin() override { return weak_from_this().lock(); }
    void on_turn() override { note("turn"); }
    void on_recover() override
    {
        note("recover");
        if (recovering)
            std::exchange(recovering, {})();
    }
    void on_turn_end() override { note("|"); }
    clock::time_point next_deadline() const noexcept override { return deadline; }
    void on_due() override
    {
        note("due");
        deadline = clock::never();
    }
    void on_context_gone() noexcept override { note("gone"); }

    std::shared_ptr<lane_recipient> recipient() override { return shared_from_this(); }
    void take_packet(std::string_view text, std::span<bytes_view const> attachments, std::uint32_t flags,
                     std::optional<pending_ack>&& waiting) override
    {
        if (taking)
            std::exchange(taking, {})();
        note(std::string{text} + (attachments.empty() ? "" : "+") + (flags != 0 ? "!" : "") + (waiting ? "?" : ""));
        if (waiting)
            acks.push_back(std::move(*waiting));
    }
    void join() override { note("join"); }
    void never_joined() noexcept override { note("never joined"); }

    bool send(std::string_view text, std::uint32_t flags = 0, std::optional<pending_ack> waiting = std::nullopt)
    {
        return works.hand_over(*this, text, {}, flags, std::move(waiting));
    }
    // As another thread would, between two turns.
    template <class Work>
    static void elsewhere(Work work)
    {
        std::thread{work}.join();
    }

    std::string diary;
    std::function<void()> recovering, taking;
    std::vector<pending_ack> acks;
    clock::time_point deadline = clock::never();
    lane works;
};

struct fixture {
    asio::io_context context;
    std::shared_ptr<actor> one = std::make_shared<actor>(context);
    lane& works = one->works;

    // Runs all that is ready; an exception is written down where it leaves.
    std::string after()
    {
        for (context.restart();; context.restart()) {
            try {
                context.poll();
                return std::exchange(one->diary, {});
            } catch (std::exception const&) {
                one->note("threw");
            }
        }
    }
    std::string after_turn(std::function<void()> work)
    {
        in_turn(std::move(work));
        return after();
    }
    void in_turn(std::function<void()> work)
    {
        socketio::detail::post(works.serial(), [this, work = std::move(work)] { works.run(work); });
    }
    // A deadline of Windows' that has passed is not ready at once.
    std::string after_deadline()
    {
        context.restart();
        support::run_until(context, [this] { return one->diary.ends_with("due |"); });
        return std::exchange(one->diary, {});
    }
};

} // namespace

TEST_CASE_FIXTURE(fixture, "commands of other threads run in order in one turn")
{
    CHECK(works.perform(one->noting("a")));
    actor::elsewhere([&] {
        CHECK(works.perform(one->noting("b")));
        CHECK(works.perform(one->noting("c")));
    });
    CHECK(one->diary.empty());
    CHECK(after() == "a b c |");
}

TEST_CASE_FIXTURE(fixture, "packets and commands of one thread keep their order")
{
    actor::elsewhere([&] {
        char const byte = 'x';
        bytes_view const attachment = socketio::detail::as_bytes({&byte, 1});
        CHECK(one->send("1"));
        CHECK(one->send("2", 1));
        CHECK(works.perform(one->noting("a")));
        CHECK(works.hand_over(*one, "3", {&attachment, 1}, 0, std::nullopt));
        CHECK(one->send("4", 0, pending_ack{.id = 7}));
        CHECK(works.hand_over(one));
        CHECK(one->send("5"));
    });
    CHECK(works.waiting_bytes() >= 6);
    CHECK(after() == "1 2! a 3+ 4? join 5 |");
    CHECK(works.waiting_bytes() == 0);
    REQUIRE(one->acks.size() == 1);
    CHECK(one->acks.front().id == 7);
}

TEST_CASE_FIXTURE(fixture, "on the strand things are done at once, after what was asked for before")
{
    CHECK_FALSE(works.on_strand());
    CHECK_FALSE(works.acts_now());
    CHECK(after_turn([&] {
              actor::elsewhere([&] { works.perform(one->noting("before")); });
              works.perform(one->noting("now"));
              one->note("then");
          }) == "before now then | |");
}

TEST_CASE_FIXTURE(fixture, "an act outside a turn has a turn follow")
{
    socketio::detail::post(works.serial(), [&] {
        works.perform(one->noting("a"));
        CHECK(works.acts_now());
        one->note("b");
    });
    CHECK(after() == "a b turn |");
}

TEST_CASE_FIXTURE(fixture, "while user code writes into the output its acts wait for the next turn")
{
    CHECK(after_turn([&] {
              socketio::detail::flag_guard const guard{works.writing()};
              works.perform(one->noting("later"));
              one->note("now");
          }) == "now | later |");
}

TEST_CASE_FIXTURE(fixture, "steps run after the work, and a turn inside another one ends with it")
{
    CHECK(after_turn([&] {
              works.defer(one->noting("c"));
              works.defer_first(one->noting("b"));
              std::list<lane::step> more;
              more.emplace_back(one->noting("d"));
              more.emplace_back([this] { works.defer(one->noting("f")); });
              works.defer(std::move(more));
              works.defer(one->noting("e"));
              one->note("a");
              works.run(one->noting("inner"));
              one->note("g");
          }) == "a inner b c d e f g |");
}

TEST_CASE_FIXTURE(fixture, "an exception leaves through the executor, and the rest goes on in a turn of its own")
{
    SUBCASE("of a step")
    {
        CHECK(after_turn([&] {
                  works.defer([] { throw std::runtime_error{"step"}; });
                  works.defer(one->noting("next"));
              }) == "threw next turn |");
    }
    SUBCASE("of a command")
    {
        works.perform([] { throw std::runtime_error{"command"}; });
        works.perform(one->noting("next"));
        CHECK(after() == "threw next turn |");
    }
    SUBCASE("of a turn inside another one")
    {
        CHECK(after_turn([&] {
                  works.defer(one->noting("next"));
                  works.run([] { throw std::runtime_error{"work"}; });
              }) == "threw next turn |");
    }
    SUBCASE("of a packet, which is tried again")
    {
        one->taking = [] { throw std::runtime_error{"packet"}; };
        one->send("1", 0, pending_ack{.id = 7});
        one->send("2");
        CHECK(after() == "threw 1? 2 turn |");
    }
}

TEST_CASE_FIXTURE(fixture, "after want of memory the next turn begins with the recovery")
{
    SUBCASE("of work")
    {
        CHECK(after_turn([&] {
                  works.defer(one->noting("next"));
                  throw std::bad_alloc{};
              }) == "threw recover next turn |");
    }
    SUBCASE("of a command that is done at once")
    {
        CHECK(after_turn([&] {
                  CHECK_THROWS_AS(works.perform([] { throw std::bad_alloc{}; }), std::bad_alloc);
                  one->note("caught");
              }) == "caught | recover turn |");
    }
    SUBCASE("of something that was given up")
    {
        CHECK(after_turn([&] { works.starve(); }) == "| recover turn |");
    }
    SUBCASE("of the recovery, which is tried again")
    {
        one->recovering = [] { throw std::bad_alloc{}; };
        CHECK(after_turn([&] { works.starve(); }) == "| recover threw recover turn |");
    }
    SUBCASE("of a coroutine, which does not hear of it")
    {
        socketio::detail::post(works.serial(), [&] { works.run_ahead([] { throw std::bad_alloc{}; }); });
        CHECK(after() == "recover turn |");
    }
}

TEST_CASE_FIXTURE(fixture, "the owner is called at its nearest deadline")
{
    CHECK(after_turn([&] { one->deadline = works.now() + 1h; }) == "|");
    in_turn([&] { one->deadline = works.now(); });
    CHECK(after_deadline() == "| due |");
    CHECK(after_turn([&] { works.post_due(); }) == "| due |");
}

TEST_CASE_FIXTURE(fixture, "a deadline that is set outside a turn has its timer, too")
{
    one->deadline = works.time();
    works.arm();
    CHECK(after_deadline() == "due |");
}

TEST_CASE_FIXTURE(fixture, "a lane that is retired takes nothing more, and has no turn left to end")
{
    CHECK(after_turn([&] {
              works.defer([&] {
                  works.defer(one->noting("step"));
                  CHECK_FALSE(works.retire());
              });
              actor::elsewhere([&] { works.perform(one->noting("command")); });
              CHECK_FALSE(works.retire());
          }) == "step | command |");
    CHECK(after_turn([&] {
              CHECK(works.retire());
              CHECK_FALSE(works.acts_now());
              CHECK_FALSE(works.perform(one->noting("never")));
              CHECK_FALSE(one->send("never"));
          }).empty());
    CHECK_FALSE(works.alive());
}

TEST_CASE("a retired lane still lets go of the context")
{
    std::shared_ptr<actor> one;
    {
        asio::io_context context;
        one = std::make_shared<actor>(context);
        CHECK(one->works.retire());
        auto const other = std::make_shared<actor>(context); // goes before the context
    }
    CHECK(one->diary == "gone");
}

TEST_CASE("the end of the context takes all that is left, and nothing is taken after it")
{
    std::weak_ptr<actor> seen;
    std::shared_ptr<actor> one;
    {
        asio::io_context context;
        one = std::make_shared<actor>(context);
        seen = one;
        CHECK(one->works.hand_over(one));
        CHECK(one->send("1"));
        CHECK(one->works.perform([kept = one] { kept->note("never"); }));
    }
    CHECK(one->diary == "gone never joined");
    CHECK_FALSE(one->works.alive());
    CHECK_FALSE(one->works.on_strand());
    CHECK_FALSE(one->works.perform(one->noting("never")));
    CHECK_FALSE(one->send("2"));
    CHECK_FALSE(one->works.hand_over(one));
    one->works.perform_surely([] {});
    one.reset();
    CHECK(seen.expired());
}

TEST_CASE("what is under way holds the owner, and what is not does not")
{
    asio::io_context context;
    std::weak_ptr<actor> seen;
    {
        auto const one = std::make_shared<actor>(context);
        seen = one;
        one->works.perform([] {});
    }
    CHECK_FALSE(seen.expired());
    context.run();
    CHECK(seen.expired());
}

TEST_CASE("many threads hand over, and each finds its own order")
{
    asio::io_context context;
    auto const one = std::make_shared<actor>(context);
    std::string expected[2];
    auto const hand_over = [&](char name) {
        for (int i = 0; i != 100; ++i) {
            std::string const text = name + std::to_string(i);
            if (i % 3 == 0)
                one->works.perform([&, text] { one->note(text); });
            else
                one->send(text);
        }
    };
    for (int i = 0; i != 100; ++i) {
        expected[0] += 'a' + std::to_string(i) + ' ';
        expected[1] += 'b' + std::to_string(i) + ' ';
    }
    std::thread a{hand_over, 'a'};
    std::thread b{hand_over, 'b'};
    while (one->diary.find("a99") == std::string::npos || one->diary.find("b99") == std::string::npos) {
        context.restart();
        context.poll();
    }
    a.join();
    b.join();
    std::string found[2];
    std::string rest = one->diary + ' ';
    for (std::size_t end = 0; (end = rest.find(' ')) != std::string::npos; rest.erase(0, end + 1))
        if (rest.front() != '|')
            found[rest.front() - 'a'] += rest.substr(0, end + 1);
    CHECK(found[0] == expected[0]);
    CHECK(found[1] == expected[1]);
}
