#include <socketio/session/packet_queue.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace packet_queue_tests {

using namespace socketio;
using namespace socketio::detail;

namespace {

struct entry {
    std::string text;
    std::vector<std::string> attachments;
    std::optional<std::uint64_t> ack;

    bool operator==(entry const&) const = default;
};

std::size_t size_of(entry const& of)
{
    std::size_t total = of.text.size();
    for (auto const& each : of.attachments)
        total += each.size() + 8;
    return total;
}

void push(packet_queue& to, entry const& what)
{
    std::vector<bytes_view> views;
    for (auto const& each : what.attachments)
        views.push_back(as_bytes(each));
    to.push(what.text, views, what.ack);
}

entry copy(std::string_view text, std::span<bytes_view const> attachments, std::optional<std::uint64_t> ack)
{
    entry result{std::string{text}, {}, ack};
    for (bytes_view const each : attachments)
        result.attachments.emplace_back(as_text(each));
    return result;
}

// At most `most` packets.
std::vector<entry> drained(packet_queue& from, std::size_t most = 1000000)
{
    std::vector<entry> result;
    from.drain([&](std::string_view text, std::span<bytes_view const> attachments, std::optional<std::uint64_t> ack, bool) {
        if (result.size() == most)
            return false;
        result.push_back(copy(text, attachments, ack));
        return true;
    });
    return result;
}

} // namespace

TEST_CASE("packets leave in the order they came, whole")
{
    packet_queue q;
    CHECK(q.empty());
    CHECK(drained(q).empty());
    std::vector<entry> const all{{"2[\"a\"]", {}, {}},
                                 {"52-7[...]", {"first", std::string("\0second", 7)}, 7},
                                 {"", {}, {}},
                                 {"51-[...]", {""}, {}},
                                 {"28[\"b\"]", {}, 8}};
    for (auto const& each : all)
        push(q, each);
    CHECK(q.size() == 5);
    CHECK_FALSE(q.empty());
    CHECK(drained(q) == all);
    CHECK(q.empty());
    CHECK(q.byte_size() == 0);
    CHECK(drained(q).empty());
}

TEST_CASE("what is pushed is copied")
{
    packet_queue q;
    std::string text = "text";
    std::string data = "data";
    push(q, {text, {data}, {}});
    std::vector<bytes_view> const views{as_bytes(data)};
    q.push(text, views, std::nullopt);
    text.assign("####");
    data.assign("####");
    CHECK(drained(q) == std::vector<entry>{{"text", {"data"}, {}}, {"text", {"data"}, {}}});
}

TEST_CASE("a packet that is not taken stays the first")
{
    packet_queue q;
    for (int i = 0; i < 5; ++i)
        push(q, {std::to_string(i), {}, {}});
    CHECK(drained(q, 2).size() == 2);
    CHECK(q.size() == 3);
    CHECK(drained(q, 0).empty());
    push(q, {"5", {"x"}, {}});
    CHECK(drained(q) == std::vector<entry>{{"2", {}, {}}, {"3", {}, {}}, {"4", {}, {}}, {"5", {"x"}, {}}});
}

TEST_CASE("what is pushed while packets leave, leaves too")
{
    packet_queue q;
    push(q, {"a", {}, {}});
    std::string order;
    q.drain([&](std::string_view text, std::span<bytes_view const>, std::optional<std::uint64_t>, bool) {
        order += text;
        if (order.size() < 200)
            push(q, {std::string(1, static_cast<char>('a' + order.size() % 26)), {}, {}});
        return true;
    });
    CHECK(order.size() == 200);
    CHECK(order.starts_with("abcdefghijklmnopqrstuvwxyzabc"));
    CHECK(q.empty());
}

TEST_CASE("a packet is removed by the number of its ack, once")
{
    packet_queue q;
    push(q, {"none", {}, {}});
    push(q, {"one", {"data"}, 1});
    push(q, {"two", {}, 2});
    push(q, {"three", {}, 3});
    CHECK_FALSE(q.remove(4));
    CHECK(q.remove(2));
    CHECK_FALSE(q.remove(2));
    CHECK(q.remove(1));
    CHECK(q.size() == 2);
    CHECK(q.byte_size() == 9);
    CHECK(drained(q) == std::vector<entry>{{"none", {}, {}}, {"three", {}, 3}});
    CHECK_FALSE(q.remove(3));
}

TEST_CASE("the last packet removed leaves an empty queue")
{
    packet_queue q;
    push(q, {"one", {}, 1});
    push(q, {"two", {}, 2});
    CHECK(q.remove(1));
    CHECK(q.remove(2));
    CHECK(q.empty());
    CHECK(q.byte_size() == 0);
    CHECK(drained(q).empty());
    push(q, {"again", {}, 1});
    CHECK(drained(q) == std::vector<entry>{{"again", {}, 1}});
}

TEST_CASE("packets that come and are removed again for days do not fill the memory")
{
    packet_queue q;
    push(q, {"first", {}, {}});
    std::string const large(1000, 'x');
    for (std::uint64_t id = 0; id < 20000; ++id) {
        push(q, {large, {"data"}, id});
        if (id >= 10)
            REQUIRE(q.remove(id - 10));
    }
    CHECK(q.size() == 11);
    CHECK(q.memory() < 500000);
    auto const left = drained(q);
    REQUIRE(left.size() == 11);
    CHECK(left[0] == entry{"first", {}, {}});
    CHECK(left[1] == entry{large, {"data"}, 19990});
}

TEST_CASE("the first packet makes room for another, and is shown before")
{
    packet_queue q;
    for (std::uint64_t id = 1; id != 5; ++id)
        push(q, {"packet " + std::to_string(id), {"data"}, id});
    CHECK(q.remove(2));
    std::string gone;
    auto const note = [&](std::string_view text, std::optional<std::uint64_t> ack) {
        gone += std::string{text} + '/' + std::to_string(*ack) + ' ';
    };
    q.remove_first(note);
    q.remove_first(note);
    CHECK(gone == "packet 1/1 packet 3/3 ");
    CHECK(q.byte_size() == packet_queue::size_of("packet 4", std::vector{as_bytes("data")}));
    std::string left;
    q.for_each([&](std::string_view text, std::span<bytes_view const> attachments) {
        left += std::string{text} + std::string{as_text(attachments[0])};
    });
    CHECK(left == "packet 4data");
    CHECK(drained(q) == std::vector<entry>{{"packet 4", {"data"}, 4}});
}

TEST_CASE("packets expire at their times, wherever they are in the queue")
{
    using namespace std::chrono_literals;
    clock::time_point const start{};
    packet_queue q;
    CHECK(q.deadline() == clock::never());
    q.push("never", {}, 0);
    q.push("third", {}, 1, start + 3s);
    q.push("first", {}, 2, start + 1s);
    q.push("second", {}, std::nullopt, start + 2s);
    q.push("removed", {}, 3, start + 1s);
    CHECK(q.remove(3));
    std::string gone;
    auto const note = [&](std::string_view text, std::optional<std::uint64_t>) { gone += std::string{text} + ' '; };
    q.remove_expired(start + 999ms, note);
    CHECK(gone.empty());
    CHECK(q.deadline() == start + 1s);
    q.remove_expired(start + 2s, note);
    CHECK(gone == "first second ");
    CHECK(q.deadline() == start + 3s);
    q.remove_expired(start + 3s, note);
    CHECK(gone == "first second third ");
    CHECK(q.deadline() == clock::never());
    CHECK(drained(q) == std::vector<entry>{{"never", {}, 0}});
    q.push("again", {}, std::nullopt, start + 4s);
    q.clear();
    CHECK(q.deadline() == clock::never());
}

TEST_CASE("clear forgets everything")
{
    packet_queue q;
    push(q, {std::string(100000, 'x'), {"y"}, 1});
    push(q, {"b", {}, {}});
    drained(q, 1);
    q.clear();
    CHECK(q.empty());
    CHECK(q.size() == 0);
    CHECK(q.byte_size() == 0);
    CHECK(q.memory() <= 65536);
    CHECK_FALSE(q.remove(1));
    CHECK(drained(q).empty());
}

TEST_CASE("random operations agree with a simple model")
{
    packet_queue q;
    std::deque<entry> model;
    std::mt19937_64 random{99};
    std::uint64_t next_id = 0;
    auto const some_text = [&random] { return std::string(random() % 300, static_cast<char>('a' + random() % 26)); };
    for (int i = 0; i < 30000; ++i) {
        auto const what = random() % 100;
        if (what < 55) {
            entry made{some_text(), {}, {}};
            for (auto count = random() % 8; count > 5; --count)
                made.attachments.push_back(some_text());
            if (random() % 2)
                made.ack = next_id++;
            push(q, made);
            model.push_back(made);
        } else if (what < 90) {
            auto const id = next_id - random() % (std::min<std::uint64_t>(next_id, 60) + 1);
            auto const before = model.size();
            std::erase_if(model, [id](entry const& e) { return e.ack == id; });
            REQUIRE(q.remove(id) == (model.size() != before));
        } else if (what < 99) {
            auto const most = random() % 8;
            for (auto const& each : drained(q, most)) {
                REQUIRE(each == model.front());
                model.pop_front();
            }
        } else if (random() % 5 == 0) {
            q.clear();
            model.clear();
        }
        REQUIRE(q.size() == model.size());
        if (i % 50 == 0) {
            std::size_t total = 0;
            for (auto const& each : model)
                total += size_of(each);
            REQUIRE(q.byte_size() == total);
        }
    }
    CHECK(next_id > 5000);
    CHECK(drained(q) == std::vector<entry>(model.begin(), model.end()));
}

TEST_CASE("a queue that is never quite empty keeps no memory of the packets that it has handed over")
{
    packet_queue queue;
    std::string const text(1000, 'x');
    for (int i = 0; i != 20; ++i)
        queue.push(text, {}, std::nullopt);
    for (int i = 0; i != 20000; ++i) {
        queue.push(text, {}, std::nullopt);
        REQUIRE(drained(queue, 1).size() == 1);
    }
    CHECK(queue.size() == 20);
    CHECK(queue.memory() < 1'000'000);
    CHECK(drained(queue).size() == 20);
}

} // namespace packet_queue_tests
