// The runs of a scenario, and the smallest list of faults.
#pragma once

#include <socketio/core/joined.hpp>
#include <socketio/testing/explore.hpp>
#include <socketio/testing/seeded_random.hpp>
#include <socketio/testing/span_text.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <optional>

namespace socketio::detail {

// A scenario that has so many operations never ends.
inline constexpr std::uint64_t most_operations = 100'000;

inline testing::result run_scenario(scenario const& run, testing::world& in)
{
#if SOCKETIO_HAS_EXCEPTIONS
    try {
        return run(in);
    } catch (testing::failure const& failed) {
        return testing::result::failed(failed.what());
    } catch (std::exception const& thrown) {
        return testing::result::failed(joined({"it throws: ", thrown.what(), "\n", in.circumstances()}));
    } catch (...) {
        return testing::result::failed("it throws, as a check that has failed\n" + in.circumstances());
    }
#else
    return run(in);
#endif
}

SOCKETIO_TESTING_DECL testing::exploration fail_each(scenario const& run, std::uint64_t seed)
{
    std::uint64_t runs = 0;
    for (auto const how : {operation_fault::fails, operation_fault::fails_after})
        for (std::uint64_t n = 0; n != most_operations; ++n) {
            if (n == 0 && how != operation_fault::fails)
                continue; // without a fault it has run
            testing::world in{seed};
            in.fail_operation(n, how);
            ++runs;
            auto const outcome = run_scenario(run, in);
            std::string_view const after = how == operation_fault::fails ? "" : " after it was done";
            if (!outcome)
                return {testing::result::failed(n == 0 ? "without a fault: " + outcome.message()
                                                       : joined({"when operation ", std::to_string(n), " fails", after,
                                                             ": ", outcome.message()})),
                    runs};
            if (n != 0 && in.operations() < n)
                break;
        }
    return {{}, runs};
}

// What happens once in a run.
struct random_fault {
    enum class kind : std::uint8_t { reset, half_open, hold, partition, latency, slice, refuse_connects, refuse_http };

    std::chrono::nanoseconds at;
    kind what;
    std::chrono::nanoseconds lasts;
    std::uint64_t number;

    std::string described() const
    {
        auto const begin = joined({"at ", span_text(at), ": "});
        switch (what) {
        case kind::reset: return begin + "reset";
        case kind::half_open: return begin + "half_open";
        case kind::hold: return joined({begin, "hold for ", span_text(lasts)});
        case kind::partition: return joined({begin, "partition for ", span_text(lasts)});
        case kind::latency: return joined({begin, "latency of ", std::to_string(number), " ms for ", span_text(lasts)});
        case kind::slice:
            return joined({begin, "slices of ", std::to_string(number % 20 + 1), " bytes for ", span_text(lasts)});
        case kind::refuse_connects: return joined({begin, std::to_string(number % 3 + 1), " connects are refused"});
        case kind::refuse_http: break;
        }
        return joined({begin, std::to_string(number % 3 + 1), " connects are answered with 503"});
    }
    void begin(testing::world& in) const
    {
        auto links = in.links();
        switch (what) {
        case kind::reset: links.reset(); break;
        case kind::half_open: links.half_open(); break;
        case kind::hold: links.hold(); break;
        case kind::partition: links.partition(); break;
        case kind::latency: links.latency(std::chrono::milliseconds{number}); break;
        case kind::slice: links.slice(static_cast<std::size_t>(number % 20 + 1)); break;
        case kind::refuse_connects: links.drop_connects(number % 3 + 1); break;
        case kind::refuse_http: links.refuse(503, number % 3 + 1); break;
        }
    }
    void end(testing::world& in) const
    {
        auto links = in.links();
        switch (what) {
        case kind::hold: links.release(); break;
        case kind::partition: links.repair(); break;
        case kind::latency: links.latency({}); break;
        case kind::slice: links.slice(0); break;
        default: break;
        }
    }
};

inline std::vector<random_fault> random_faults(std::uint64_t seed, testing::explore_options const& with)
{
    testing::seeded_random chance{seed ^ 0xfa17};
    auto const count = with.most_faults == 0 ? 0 : 1 + chance.below(with.most_faults);
    auto const span =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(with.faults_within).count());
    std::vector<random_fault> made;
    for (std::uint64_t i = 0; i != count; ++i) {
        auto const at = chance.below(span);
        auto const what = static_cast<random_fault::kind>(chance.below(8));
        auto const lasts = chance.below(span - at) + 1;
        made.push_back({std::chrono::milliseconds{at}, what, std::chrono::milliseconds{lasts}, 1 + chance.below(2000)});
    }
    std::sort(made.begin(), made.end(), [](auto const& a, auto const& b) { return a.at < b.at; });
    return made;
}

struct explored_run {
    testing::result outcome;
    std::string transcript;
};

inline explored_run run_with(std::uint64_t seed, std::vector<random_fault> const& faults, scenario const& run,
    testing::explore_options const& with)
{
    testing::world in{seed};
    for (auto const& each : faults) {
        in.at(each.at, [&in, each] {
            in.transcript().note("fault: " + each.described());
            each.begin(in);
        });
        in.at(each.at + each.lasts, [&in, each] { each.end(in); });
    }
    in.at(with.faults_within, [&in] { in.links().clear(); });
    auto outcome = run_scenario(run, in);
    return {std::move(outcome), with.twice ? in.transcript().text(testing::level::bytes) : std::string{}};
}

// Leaves out faults as long as it fails without them.
inline std::vector<random_fault> fewest(std::uint64_t seed, std::vector<random_fault> faults, scenario const& run,
    testing::explore_options const& with, testing::result& outcome)
{
    for (std::size_t i = 0; i < faults.size();) {
        auto fewer = faults;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        auto again = run_with(seed, fewer, run, with);
        if (again.outcome) {
            ++i;
            continue;
        }
        faults = std::move(fewer);
        outcome = std::move(again.outcome);
    }
    return faults;
}

inline testing::result explain(std::uint64_t seed, std::vector<random_fault> const& faults,
    testing::result const& outcome)
{
    std::string text =
        joined({"seed ", std::to_string(seed), " fails (alone: SOCKETIO_TEST_SEED=", std::to_string(seed), ") with ",
            faults.empty() ? "no fault\n" : "these faults:\n"});
    for (auto const& each : faults)
        text += "  " + each.described() + "\n";
    return testing::result::failed(text + outcome.message());
}

SOCKETIO_TESTING_DECL testing::exploration explore(std::uint64_t runs, scenario const& run,
    testing::explore_options const& with)
{
    auto const only = testing::seed_from_environment(0);
    auto const first = only != 0 ? only : with.first_seed;
    std::uint64_t const count = only != 0 ? 1 : runs;
    for (std::uint64_t i = 0; i != count; ++i) {
        auto const seed = first + i;
        auto const faults = random_faults(seed, with);
        auto made = run_with(seed, faults, run, with);
        if (!made.outcome) {
            auto outcome = made.outcome;
            auto const few = fewest(seed, faults, run, with, outcome);
            return {explain(seed, few, outcome), i + 1};
        }
        if (with.twice && run_with(seed, faults, run, with).transcript != made.transcript)
            return {testing::result::failed(joined({"two runs of seed ", std::to_string(seed), " differ"})), i + 1};
    }
    return {{}, count};
}

} // namespace socketio::detail
