// Once a conversation has its stride, the client allocates nothing for another event: neither for one
// that a listener emits, nor for one that is received, nor for one that another thread hands over.
#include "client_conversation.hpp"
#include "support/loop_server.hpp"

namespace {

// What the conversation expects of the other side.
bool converse(support::loop_session& session, socketio::packet const& received)
{
    std::string_view const event = received.payload[std::size_t{0}].as_string();
    if (event == "more")
        for (int i = 0; i != received.payload[1].get<int>(); ++i)
            session.emit("/", "item", i, text, true);
    else if (event == "question")
        session.answer(received, received.payload[1]);
    else if (received.payload[3].as_bool())
        session.emit("/", "go");
    return true;
}

} // namespace

int main()
{
    support::loop_thread server{{.on_packet = converse}};
    std::size_t const before = allocations;
    conversation both{server.url(), {.reconnection = false}};
    check(allocations != before, "connecting allocates, so counting works");
    converse_steadily(both);

    // A wake-up of the context costs something, of which there is one for each thousand events.
    both.hand_over(few);
    std::size_t const handed = both.hand_over(few);
    std::printf("handed over by another thread: %zu allocations for %d events\n", handed, few);
    check(handed <= 10 * few / 1000, "handed over by another thread", handed);
    return failed ? 1 : 0;
}
