// Whether arguments are those that a test expects, and how they differ.
#pragma once

#include <socketio/core/convert.hpp>
#include <socketio/core/joined.hpp>
#include <socketio/core/value.hpp>
#include <socketio/testing/decl.hpp>
#include <socketio/testing/describe.hpp>

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio::testing {

// Stands for an argument that may be anything.
struct any_argument {};
inline constexpr any_argument any{};

} // namespace socketio::testing

namespace socketio::detail {

// Empty if both are equal; otherwise the first place where they differ: "[0].temperature: 21.5 was expected, 20 came".
SOCKETIO_TESTING_DECL std::string difference(value const& expected, value const& actual);

// An argument that becomes what the parameter of a predicate is. Notes that it does not fit.
class fitting {
public:
    fitting(value const& from, bool& fits) : from_{from}, fits_{fits} {}
    template <class T>
    requires(!std::is_reference_v<T>) operator T() const
    {
        auto made = from_.get<T>();
        fits_ = fits_ && made.has_value();
        return made ? std::move(*made) : T{};
    }

private:
    value const& from_;
    bool& fits_;
};

// One argument as it is expected.
struct matcher {
    std::function<std::string(value const&)> complaint; // empty: it matches
    std::string described;
};

template <class T>
matcher make_matcher(T const& expected)
{
    if constexpr (std::is_same_v<T, testing::any_argument>) {
        return {[](value const&) { return std::string{}; }, "anything"};
    } else if constexpr (std::is_invocable_r_v<bool, T const&, value const&>) {
        auto judge = [expected](value const& actual) {
            return expected(actual) ? std::string{} : joined({"the predicate is not true of ", describe(actual)});
        };
        return {std::move(judge), "what a predicate accepts"};
    } else if constexpr (std::is_invocable_r_v<bool, T const&, fitting>) {
        auto judge = [expected](value const& actual) {
            bool fits = true;
            bool const holds = expected(fitting{actual, fits});
            if (!fits)
                return joined({describe(actual), " does not convert to what the predicate takes"});
            return holds ? std::string{} : joined({"the predicate is not true of ", describe(actual)});
        };
        return {std::move(judge), "what a predicate accepts"};
    } else {
        value wanted{expected};
        auto text = describe(wanted);
        return {[wanted = std::move(wanted)](value const& actual) { return difference(wanted, actual); },
            std::move(text)};
    }
}

// The arguments of an event. Nothing: whatever they are.
using expected_arguments = std::optional<std::vector<matcher>>;

template <class... Args>
expected_arguments make_expected([[maybe_unused]] Args const&... arguments)
{
    if constexpr (sizeof...(Args) == 0)
        return std::nullopt;
    else
        return std::vector<matcher>{make_matcher(arguments)...};
}

// Empty if they match; otherwise what is wrong first: "argument 2: 5 was expected, 6 came".
SOCKETIO_TESTING_DECL std::string mismatch(expected_arguments const& expected, value const& actual);
SOCKETIO_TESTING_DECL std::string describe_expected(expected_arguments const& expected);

} // namespace socketio::detail

#if defined(SOCKETIO_TESTING_HEADER_ONLY)
#include <socketio/testing/impl/matching.ipp>
#endif
