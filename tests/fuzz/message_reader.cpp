// Messages: whatever the pieces, the same messages and the same end as by the plain reading of the RFC.
#include "frames.hpp"
#include "fuzz.hpp"
#include "reference.hpp"

#include <socketio/core/error.hpp>
#include <socketio/wire/message_reader.hpp>

#include <string>
#include <system_error>
#include <vector>

namespace message_reader_tests {

using namespace fuzz;
using namespace socketio::detail;
using socketio::error;

namespace {

struct setting {
    bool masked;
    std::uint64_t size;
    std::size_t fragments;
};

struct message {
    opcode code{};
    std::string payload;
    bool operator==(message const&) const = default;
};

struct reading {
    std::vector<message> messages;
    std::error_code error{};
};

struct assembly {
    setting set;
    reading result;
    opcode code{};
    std::string text;
    std::size_t parts = 0; // 0: between messages

    // Whether a data frame may come, and what its text says; `whole`: all of the frame is there.
    bool takes(plain_frame const& next, bool whole)
    {
        bool const continues = next.code == opcode::continuation;
        if (continues != (parts != 0))
            return fails(error::fragment_invalid);
        if (continues && parts >= set.fragments)
            return fails(error::message_too_large);
        if ((continues ? code : next.code) != opcode::text)
            return true;
        verdict const is = check_utf8(text + next.payload);
        bool const good = is == verdict::whole || (is == verdict::incomplete && !(whole && next.fin));
        return good || fails(error::utf8_invalid);
    }
    bool fails(error why)
    {
        result.error = why;
        return false;
    }
    void add(plain_frame const& next)
    {
        if (parts == 0)
            code = next.code;
        text += next.payload;
        ++parts;
        if (!next.fin)
            return;
        result.messages.push_back({code, text});
        text.clear();
        parts = 0;
    }
};

// Frame by frame, because what is still allowed depends on the frames before.
reading expected_of(std::string_view in, setting set)
{
    assembly now{set, {}, {}, {}};
    for (;;) {
        plain_frame next;
        auto const size = read_frame(in, set.masked, set.size - now.text.size(), next, now.result.error);
        if (!size)
            return now.result;
        bool const whole = in.size() >= *size;
        if (!is_control(next.code) && !now.takes(next, whole))
            return now.result;
        if (!whole)
            return now.result;
        if (is_control(next.code))
            now.result.messages.push_back({next.code, next.payload});
        else
            now.add(next);
        in.remove_prefix(*size);
    }
}

struct reader {
    explicit reader(setting with) : messages{with.masked, with.size, with.fragments}, set{with} {}

    void take(std::string_view piece)
    {
        if (got.error)
            return;
        input.arrive(piece);
        for (;;) {
            std::span<char> left = input.left();
            std::size_t const before = left.size();
            auto const one = messages.next(left, got.error);
            input.leave(left);
            require(!one || !got.error);
            if (!one)
                break;
            require(left.size() < before);
            check(*one);
            got.messages.push_back({one->code, std::string{view_of(one->payload)}});
        }
        if (!got.error)
            require(messages.wanted() == 0 || messages.wanted() > input.left().size());
    }

    void check(whole_message const& one) const
    {
        require(one.code != opcode::continuation);
        require(one.payload.size() <= (is_control(one.code) ? max_control_payload : set.size));
        if (one.code == opcode::text)
            require(check_utf8(view_of(one.payload)) == verdict::whole);
    }

    message_reader messages;
    setting set;
    stream input;
    reading got;
};

} // namespace

FUZZ_TARGET(message_reader)
{
    choices from{input};
    unsigned const how = from.byte();
    setting const set{(how & 1u) != 0, (how & 2u) != 0 ? 100000 : from.up_to(300), (how & 4u) != 0 ? 1000 : from.up_to(6)};
    choices const cuts{from.text(32)};
    std::string const bytes = frame_stream(from, set.masked);
    reading const expected = expected_of(bytes, set);

    reader whole{set};
    whole.take(bytes);
    require(whole.got.error == expected.error);
    require(whole.got.messages == expected.messages);

    reader cut{set};
    in_pieces(bytes, cuts, [&cut](std::string_view piece) { cut.take(piece); });
    require(cut.got.error == expected.error);
    require(cut.got.messages == expected.messages);
}

} // namespace message_reader_tests
