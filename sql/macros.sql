-- The few steps that rounding and time zones depend on. Everything else is plain SQL; on another engine only these
-- need a twin. DuckDB's `/` and `//` on DECIMAL give DOUBLE, which is why whole-number division stands here alone.

-- A quotient of whole numbers, rounded down. The denominator is positive.
create or replace macro floor_quotient(numerator, denominator) as
    cast(
        cast(numerator as hugeint) // cast(denominator as hugeint)
        - case when cast(numerator as hugeint) % cast(denominator as hugeint) < 0 then 1 else 0 end
        as decimal(38, 0)
    );

-- A quotient of whole numbers, rounded half away from zero to a whole number. The denominator is positive.
create or replace macro rounded_quotient(numerator, denominator) as
    cast(sign(cast(numerator as hugeint)) as decimal(38, 0))
    * floor_quotient(
        2 * abs(cast(numerator as hugeint)) + cast(denominator as hugeint), 2 * cast(denominator as hugeint)
    );

-- A whole number's share of another: whole × part / total, rounded down. Apart from the quotient, nothing in between is
-- as large as whole × part. The total is positive.
create or replace macro floor_share(whole, part, total) as
    whole * floor_quotient(part, total)
    + floor_quotient(whole * (part - floor_quotient(part, total) * total), total);

-- Ten to the power of a currency's minor digits, 0 to 3.
create or replace macro minor_units_in_one(digits) as
    case digits when 0 then 1 when 1 then 10 when 2 then 100 when 3 then 1000 end;

-- Billionths of a currency unit in one minor unit of a currency with so many minor digits, 0 to 3.
create or replace macro nano_units_in_minor_unit(digits) as
    case digits when 0 then 1000000000 when 1 then 100000000 when 2 then 10000000 when 3 then 1000000 end;

-- Currency units to whole minor units, rounded half away from zero.
create or replace macro to_minor_units(amount, digits) as
    cast(cast(amount as decimal(38, 18)) * minor_units_in_one(digits) as decimal(38, 0));

-- Whole minor units to currency units. Exact: no currency has more than three digits.
create or replace macro from_minor_units(minor_units, digits) as
    cast(cast(minor_units as decimal(38, 0)) * minor_units_in_one(3 - digits) * 0.001 as decimal(18, 3));

-- An amount in digits: 19.60. A third decimal stands only where the currency has one.
create or replace macro amount_digits(amount) as
    regexp_replace(cast(cast(amount as decimal(18, 3)) as varchar), '0$', '');

-- An amount as people read it: 19.60 DKK.
create or replace macro amount_text(amount, currency) as
    amount_digits(amount) || ' ' || currency;

-- The local wall time of a moment.
create or replace macro local_time(moment, zone) as
    timezone(zone, moment);

-- A moment as the local wall time that people read, to the minute.
create or replace macro minute_text(moment, zone) as
    strftime(timezone(zone, moment), '%Y-%m-%d %H:%M');

-- The local day of a moment.
create or replace macro local_day(moment, zone) as
    cast(timezone(zone, moment) as date);

-- The first day of a day's month.
create or replace macro first_of_month(day) as
    cast(date_trunc('month', day) as date);

-- Whole microseconds from one moment to a later one.
create or replace macro microseconds_between(earlier, later) as
    epoch_us(later) - epoch_us(earlier);

-- Hours and minutes of a number of microseconds, as people read them: 7:05 h.
create or replace macro duration_text(microseconds) as
    cast(floor_quotient(microseconds, 3600000000) as varchar)
    || ':' || lpad(cast(floor_quotient(microseconds, 60000000) % 60 as varchar), 2, '0') || ' h';

-- kW to whole mW, never below zero: what flows out of the car has no part in what it was billed for. The widths keep
-- the product within 18 digits, several times faster than wider ones; no sample reaches 10,000 kW.
create or replace macro to_milliwatts(power_kw) as
    cast(cast(greatest(power_kw, 0) as decimal(11, 6)) * cast(1000000 as decimal(7, 0)) as bigint);

-- Currency units a kWh, rounded half away from zero to six decimals; null without energy.
create or replace macro price_of_a_kwh(amount, energy_kwh) as
    cast(
        rounded_quotient(
            cast(sign(energy_kwh) as decimal(38, 0)) * cast(amount * 1000 as decimal(38, 0)) * 1000000,
            nullif(abs(cast(energy_kwh * 1000 as decimal(38, 0))), 0)
        )
        * 0.000001 as decimal(18, 6)
    );

-- The moment that a local day begins.
create or replace macro local_midnight(day, zone) as
    timezone(zone, cast(day as timestamp));

-- The moment that a moment's local clock hour begins, if the clock has not been changed in it.
create or replace macro local_hour(moment, zone) as
    moment - (timezone(zone, moment) - date_trunc('hour', timezone(zone, moment)));

-- Microseconds that two stretches of time have in common.
create or replace macro microseconds_shared(began, ended, other_began, other_ended) as
    greatest(epoch_us(least(ended, other_ended)) - epoch_us(greatest(began, other_began)), 0);

-- Whether the part of that rank by remainder takes one unit more of those that rounding down left over.
create or replace macro one_more(rank, left_over) as
    case when rank <= left_over then 1 else 0 end;

-- The local ISO weekday of a moment, 1 for Monday.
create or replace macro local_weekday(moment, zone) as
    isodow(timezone(zone, moment));

-- Whether the local clock stands at or after one time of day and before another, which may lie beyond midnight. Equal
-- times are the whole day.
create or replace macro is_within_hours(moment, zone, from_time, to_time) as
    case
        when from_time < to_time
            then
                cast(timezone(zone, moment) as time) >= from_time
                and cast(timezone(zone, moment) as time) < to_time
        else
            cast(timezone(zone, moment) as time) >= from_time
            or cast(timezone(zone, moment) as time) < to_time
    end;

-- A product of whole numbers; null where it would have more than 35 digits, which leaves room for a sum and a rounding.
create or replace macro exact_product(one, other) as
    case
        when abs(cast(one as double) * cast(other as double)) < 1e35
            then cast(one as decimal(38, 0)) * cast(other as decimal(38, 0))
    end;

-- The largest whole number that divides both of two.
create or replace macro common_divisor(one, other) as
    cast(gcd(cast(one as hugeint), cast(other as hugeint)) as decimal(38, 0));

-- Currency units to whole billionths of one, rounded half away from zero beyond nine decimals.
create or replace macro to_nano_units(amount) as
    cast(cast(amount as decimal(38, 9)) * 1000000000 as decimal(38, 0));

-- Currency units, or a fraction, to whole millionths, rounded half away from zero beyond six decimals.
create or replace macro to_micro_units(amount) as
    cast(cast(amount as decimal(38, 6)) * 1000000 as decimal(38, 0));
