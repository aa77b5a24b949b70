use minijinja::functions::Function;
use minijinja::value::{FunctionArgs, FunctionResult, Rest, ValueOrKwargs};
use minijinja::{Environment, Error, State, Value, filters, tests};

use super::own;
use super::price::{self, Price};
use super::sandbox::{left, refused};

/// Puts a price on the filters and tests that have none in the language, or are paid for when they are done.
pub(super) fn add(environment: &mut Environment<'static>) {
    add_texts(environment);
    add_lists(environment);
    add_tests(environment);
    add_operands(environment);
}

fn add_texts(to: &mut Environment<'static>) {
    filter(to, "upper", filters::upper, price::walk);
    filter(to, "lower", filters::lower, price::walk);
    filter(to, "title", filters::title, price::walk);
    filter(to, "capitalize", filters::capitalize, price::walk);
    filter(to, "escape", filters::escape, price::walk);
    filter(to, "e", filters::escape, price::walk);
    filter(to, "safe", filters::safe, price::walk);
    filter(to, "string", filters::string, price::walk);
    filter(to, "join", filters::join, price::walk);
    filter(to, "replace", own::replace, price::walk);
    filter(to, "trim", filters::trim, price::trim);
    filter(to, "split", filters::split, price::split);
    filter(to, "lines", filters::lines, price::lines);
    filter(to, "indent", filters::indent, price::indent);
    filter(to, "format", filters::format, price::format);
    filter(to, "round", filters::round, price::round);
}

fn add_lists(to: &mut Environment<'static>) {
    filter(to, "sort", filters::sort, price::order);
    filter(to, "unique", filters::unique, price::order);
    filter(to, "min", filters::min, price::order);
    filter(to, "max", filters::max, price::order);
    filter(to, "groupby", own::groupby, price::free_order);
    filter(to, "dictsort", filters::dictsort, price::free_order);
    filter(to, "map", filters::map, price::each);
    filter(to, "select", filters::select, price::each);
    filter(to, "reject", filters::reject, price::each);
    filter(to, "selectattr", filters::selectattr, price::each);
    filter(to, "rejectattr", filters::rejectattr, price::each);
    filter(to, "sum", filters::sum, price::sum);
    filter(to, "batch", filters::batch, price::cut);
    filter(to, "slice", filters::slice, price::cut);
    filter(to, "attr", filters::attr, price::key);
    filter(to, "chain", own::chain, price::list);
    filter(to, "zip", own::zip, price::list);
}

fn add_tests(to: &mut Environment<'static>) {
    for name in ["eq", "equalto", "=="] {
        test(to, name, tests::is_eq);
    }
    for name in ["ne", "!="] {
        test(to, name, tests::is_ne);
    }
    for name in ["lt", "lessthan", "<"] {
        test(to, name, tests::is_lt);
    }
    for name in ["le", "<="] {
        test(to, name, tests::is_le);
    }
    for name in ["gt", "greaterthan", ">"] {
        test(to, name, tests::is_gt);
    }
    for name in ["ge", ">="] {
        test(to, name, tests::is_ge);
    }
    test(to, "in", tests::is_in);
    test(to, "startingwith", tests::is_startingwith);
    test(to, "endingwith", tests::is_endingwith);
    test(to, "lower", tests::is_lower);
    test(to, "upper", tests::is_upper);
    test(to, "sameas", tests::is_sameas);
    test(to, "iterable", tests::is_iterable);
}

/// What is put behind the operands of an expression; see `scan::operands`.
fn add_operands(to: &mut Environment<'static>) {
    filter(to, "weighed", own::itself, price::walk);
    filter(to, "searched", own::itself, price::search);
    filter(to, "opened", own::itself, price::open);
    to.add_filter("factor", own::factor);
    to.add_filter("whole", own::whole);
}

fn filter<F, Rv, Args>(to: &mut Environment<'static>, name: &'static str, function: F, price: Price)
where
    F: Function<Rv, Args>,
    Rv: FunctionResult,
    Args: for<'a> FunctionArgs<'a>,
{
    let function = Value::from_function(function);
    to.add_filter(name, move |state: &mut State<'_, '_>, given: Rest<ValueOrKwargs>| {
        call(&function, state, given, price)
    });
}

fn test<F, Rv, Args>(to: &mut Environment<'static>, name: &'static str, function: F)
where
    F: Function<Rv, Args>,
    Rv: FunctionResult,
    Args: for<'a> FunctionArgs<'a>,
{
    let function = Value::from_function(function);
    to.add_test(name, move |state: &mut State<'_, '_>, given: Rest<ValueOrKwargs>| {
        call(&function, state, given, price::walk)
    });
}

fn call(
    function: &Value,
    state: &mut State<'_, '_>,
    given: Rest<ValueOrKwargs>,
    price: Price,
) -> Result<Value, Error> {
    let given = given.into_values();
    state.consume_fuel(price(&given, left(state)).map_err(refused)?)?;
    function.call(state, &given)
}
