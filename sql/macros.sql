-- Everything that differs between SQL engines: rounding, time zones, lists, JSON and text patterns. All other files are
-- plain SQL, so another engine would need only these macros. Whole numbers are divided only here, because DuckDB's `/`
-- and `//` on DECIMAL return DOUBLE.

-- A quotient of whole numbers, rounded down. The denominator is positive.
create or replace macro floor_quotient(numerator, denominator) as
    cast(
        cast(numerator as hugeint) // cast(denominator as hugeint)
        - case when cast(numerator as hugeint) % cast(denominator as hugeint) < 0 then 1 else 0 end
        as decimal(38, 0)
    );

-- A quotient of whole numbers, rounded half away from zero to a whole number. The denominator is positive.
create or replace macro rounded_quotient(numerator, denominator) as
    cast(
        sign(numerator)
        * ((2 * abs(cast(numerator as hugeint)) + cast(denominator as hugeint)) // (2 * cast(denominator as hugeint)))
        as decimal(38, 0)
    );

-- A whole number's share of another: whole × part / total, rounded down. The product whole × part, which can have too
-- many digits, is not computed. The total is positive.
create or replace macro floor_share(whole, part, total) as
    whole * floor_quotient(part, total)
    + floor_quotient(whole * (part - floor_quotient(part, total) * total), total);

-- Ten to the power of a currency's minor digits, 0 to 3.
create or replace macro minor_units_in_one(digits) as
    case digits when 0 then 1 when 1 then 10 when 2 then 100 when 3 then 1000 end;

-- Billionths of a currency unit in one minor unit of a currency with that many minor digits, 0 to 3.
create or replace macro nano_units_in_minor_unit(digits) as
    case digits when 0 then 1000000000 when 1 then 100000000 when 2 then 10000000 when 3 then 1000000 end;

-- Currency units to whole minor units, rounded half away from zero.
create or replace macro to_minor_units(amount, digits) as
    cast(cast(amount as decimal(38, 18)) * minor_units_in_one(digits) as decimal(38, 0));

-- Whole minor units to currency units. Exact: no currency has more than three digits.
create or replace macro from_minor_units(minor_units, digits) as
    cast(cast(minor_units as decimal(38, 0)) * minor_units_in_one(3 - digits) * 0.001 as decimal(18, 3));

-- An amount in digits: 19.60. It has a third decimal only if the currency has one.
create or replace macro amount_digits(amount) as
    regexp_replace(cast(cast(amount as decimal(18, 3)) as varchar), '0$', '');

-- An amount as people read it: 19.60 DKK, 1960 JPY. `money_text` of pipeline/text.py has the same currencies (ISO 4217).
create or replace macro amount_text(amount, currency) as
    case
        when regexp_matches(currency, '^(BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|VND|VUV|XAF|XOF|XPF)$')
            then regexp_replace(amount_digits(amount), '[.]00$', '')
        when regexp_matches(currency, '^(BHD|IQD|JOD|KWD|LYD|OMR|TND)$') then cast(cast(amount as decimal(18, 3)) as varchar)
        else amount_digits(amount)
    end || ' ' || currency;

-- A name from outside as the last argument of a command, as `operand` of pipeline/command_line.py.
create or replace macro operand(name) as
    case when starts_with(name, '-') then '-- ' else '' end
    || case
        when regexp_full_match(name, '[A-Za-z0-9_@%+=:,./-]+') then name
        else '''' || replace(name, '''', '''"''"''') || ''''
    end;

-- The time of an answer, for comparing it with other times: an answer without a time is older than all that have one.
create or replace macro answer_time(fetched_at) as
    coalesce(fetched_at, timestamptz '-infinity');

-- The place of an answer among the answers of its account, for ordering and comparing: by its time, and at the same
-- time by where raw/ contains it. The item is 0 for a whole answer.
create or replace macro answer_order(fetched_at, segment, line, item) as
    (answer_time(fetched_at), segment, line, item);

-- The place of a document among those about one EVSE, by which of them holds at a moment: the newest one up to it, else
-- the earliest later one, else the newest without a time. `place` is that among all of them, 1 for the oldest.
create or replace macro document_preference(fetched_at, place, moment) as
    (
        case when fetched_at <= moment then 1 when fetched_at > moment then 2 else 3 end,
        case when fetched_at > moment then place else -place end
    );

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

-- kW to whole mW, never below zero: energy that flows out of the car is not billed. The widths keep
-- the product within 18 digits, several times faster than wider ones; no sample reaches 10,000 kW.
create or replace macro to_milliwatts(power_kw) as
    cast(cast(greatest(power_kw, 0) as decimal(11, 6)) * cast(1000000 as decimal(7, 0)) as bigint);

-- Currency units per kWh, rounded half away from zero to six decimals; null without energy.
create or replace macro price_per_kwh(amount, energy_kwh) as
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

-- Microseconds that two time spans have in common.
create or replace macro microseconds_shared(began, ended, other_began, other_ended) as
    greatest(epoch_us(least(ended, other_ended)) - epoch_us(greatest(began, other_began)), 0);

-- The remainder of a quotient of whole numbers that is rounded down.
create or replace macro quotient_remainder(numerator, denominator) as
    numerator - floor_quotient(numerator, denominator) * denominator;

-- A part of a whole that is divided by the method of largest remainders: each part is rounded down, and the parts with
-- the largest remainders get one unit more each until they sum to the whole. The rank is the part's place by remainder,
-- from 1 for the largest; ties rank by time, the earlier first.
create or replace macro largest_remainder_share(rounded_down, rank, whole, sum_rounded_down) as
    rounded_down + case when rank <= whole - sum_rounded_down then 1 else 0 end;

-- The local ISO weekday of a moment, 1 for Monday.
create or replace macro local_weekday(moment, zone) as
    isodow(timezone(zone, moment));

-- Whether the local time is at or after one time of day and before another, which may be on the next day. Equal times
-- mean the whole day.
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

-- The largest whole number that divides both numbers.
create or replace macro common_divisor(one, other) as
    cast(gcd(cast(one as hugeint), cast(other as hugeint)) as decimal(38, 0));

-- Currency units to whole billionths of one, rounded half away from zero beyond nine decimals.
create or replace macro to_nano_units(amount) as
    cast(cast(amount as decimal(38, 9)) * 1000000000 as decimal(38, 0));

-- Currency units, or a fraction, to whole millionths, rounded half away from zero beyond six decimals.
create or replace macro to_micro_units(amount) as
    cast(cast(amount as decimal(38, 6)) * 1000000 as decimal(38, 0));

-- A part in per cent of a whole, rounded half away from zero to two decimals; null unless the whole is above zero. Both
-- have at most six decimals.
create or replace macro percent_of(part, whole) as
    cast(
        rounded_quotient(to_micro_units(part) * 10000, nullif(greatest(to_micro_units(whole), 0), 0)) * 0.01
        as decimal(18, 2)
    );

-- Microseconds from 1970, in UTC, to a moment.
create or replace macro microseconds_since_1970(moment) as
    epoch_us(moment);

-- The moment a number of hours after another.
create or replace macro hours_after(moment, hours) as
    moment + to_hours(hours);

-- Whole days from one day to another, below zero if the other is earlier.
create or replace macro days_between(day, other) as
    date_diff('day', day, other);

-- A month as text: 2025-03.
create or replace macro month_text(month) as
    strftime(month, '%Y-%m');

-- A day as text: 2025-03-31.
create or replace macro day_text(day) as
    strftime(day, '%Y-%m-%d');

-- The SHA-256 of a text, in hex.
create or replace macro text_sha256(content) as
    sha256(content);

-- The numbers, days or moments from one to another, both included, in equal steps, as a list.
create or replace macro series(first, last, step) as
    generate_series(first, last, step);

-- The places of a list's items, from 1, as rows.
create or replace macro places_in_list(items) as
    generate_subscripts(items, 1);

-- How many different items a list has.
create or replace macro distinct_items(items) as
    list_unique(items);

-- Whether a list has an item.
create or replace macro is_in_list(items, item) as
    list_contains(items, item);

-- A list, or an empty one instead of null.
create or replace macro or_empty(items) as
    coalesce(items, []);

-- The items of a list as one text, separated by commas.
create or replace macro list_text(items) as
    array_to_string(items, ', ');

-- An aggregate: the values that are not null, in order; null if all are.
create or replace macro sorted_list(value) as
    list(value order by value) filter (where value is not null);

-- An aggregate: the different values that are not null, in order; null if all are.
create or replace macro sorted_set(value) as
    list(distinct value order by value) filter (where value is not null);

-- An aggregate: the different texts in order, separated by commas; null if all are null.
create or replace macro sorted_text(value) as
    string_agg(distinct value, ', ' order by value);

-- An aggregate: the value, null or not, at the highest place of the rows that count; null if no row counts.
create or replace macro value_at_highest(value, place, counts) as
    arg_max_null(value, place) filter (where counts);

-- A text as JSON; null if it is not valid JSON.
create or replace macro to_json_or_null(content) as
    case when json_valid(content) then cast(content as json) end;

-- The value at a path of a JSON document: a text without its quotes, anything else as JSON text.
create or replace macro json_text(document, path) as
    json_extract_string(document, path);

-- The object at a path of a JSON document, as a map from keys to JSON; null if it is not an object.
create or replace macro json_object_at(document, path) as
    try_cast(json_extract(document, path) as map(varchar, json));

-- The entries of a map, as a list of key and value.
create or replace macro entries_of(object) as
    map_entries(object);

-- A text of the operator's inside a sentence, where an empty one would leave a hole.
create or replace macro text_or_empty(content) as
    case when trim(content) = '' then '(empty)' else content end;

-- The letters and digits of a text in lower case, for comparing names.
create or replace macro letters_and_digits(content) as
    regexp_replace(lower(content), '[^\p{L}\p{N}]', '', 'g');

-- Whether a regular expression matches some part of a text.
create or replace macro has_match(content, pattern) as
    regexp_matches(content, pattern);

-- The host of an address, and its port unless that is the usual one; null without an address.
create or replace macro host_of(url) as
    nullif(
        regexp_replace(regexp_extract(lower(url), '^[a-z]+://([^/?#@]*@)?([^/?#]+)', 2), '\.?(:80|:443)?$', ''), ''
    );

-- The kind in a charging period's state: `charging` in `charging@price|0.77516&markup|0.88`.
create or replace macro state_kind(state) as
    split_part(state, '@', 1);

-- Whether a charging period's state contains the number of that name: price or markup.
create or replace macro has_state_number(state, name) as
    contains(state, '&' || name || '|') or contains(state, '@' || name || '|');

-- The number of that name in a charging period's state; null if it is missing, not a number, or too large.
create or replace macro state_number(state, name) as
    try_cast(regexp_extract(state, '[@&]' || name || '\|([^&|]+)', 1) as decimal(26, 18));

-- What a charging period's state contains besides its kind, price and markup; null if it contains nothing else.
create or replace macro state_remainder(state) as
    nullif(ltrim(regexp_replace(split_part(state, '@', 2), '(^|&)(price|markup)\|[^&]*', '', 'g'), '&'), '');

-- Whether a key of the operator's JSON names what is only displayed: `displayName`, `optimisedLabel`, `description`.
create or replace macro is_display_name(name) as
    regexp_matches(
        name,
        '^(display[A-Z][A-Za-z]*|is(Visible|Hidden|Displayed)|name|title|subtitle|label|description|note|icon|logo)$|(Name|Title|Label|Description|Icon|Logo)$'
    );

-- Whether a JSON object or list contains nothing but ids, empty values and what is only displayed, at any depth.
create or replace macro is_only_displayed(content) as
    starts_with(ltrim(content), '{') and regexp_full_match(
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    content,
                    '"((display[A-Z]|)[A-Za-z]*(Name|Title|Label|Description|Icon|Logo)|name|title|subtitle|label|description|note|icon|logo|id|[A-Za-z]*(Id|ID))" *: *("(\\.|[^"\\])*"|[0-9.]+|true)',
                    '',
                    'g'
                ),
                '"[^"]*" *: *(null|false|""|0(\.0+)?)([,}\]])',
                '\3',
                'g'
            ),
            '"[^"]*" *: *([{\[])',
            '\1',
            'g'
        ),
        '[\[\]{}, ]*'
    );

-- A list of its arguments.
create or replace macro items
    (a) as [a],
    (a, b) as [a, b],
    (a, b, c) as [a, b, c],
    (a, b, c, d) as [a, b, c, d],
    (a, b, c, d, e) as [a, b, c, d, e],
    (a, b, c, d, e, f) as [a, b, c, d, e, f],
    (a, b, c, d, e, f, g) as [a, b, c, d, e, f, g],
    (a, b, c, d, e, f, g, h) as [a, b, c, d, e, f, g, h],
    (a, b, c, d, e, f, g, h, i) as [a, b, c, d, e, f, g, h, i];

-- A list without its null items.
create or replace macro known_items(list) as
    list_filter(list, lambda item: item is not null);

-- What a finding's sentences say at {name}. The kind tells how people read the value: text as it is, a phrase in their
-- own language, a number, an amount in the unit, a local minute, a day, or a duration in microseconds.
create or replace macro parameter(name, kind, value, unit) as
    { 'name': name, 'kind': kind, 'value': cast(value as varchar), 'unit': cast(unit as varchar) };

create or replace macro no_parameters() as
    cast([] as struct(name varchar, kind varchar, value varchar, unit varchar)[]);

create or replace macro text_parameter(name, content) as
    parameter(name, 'text', text_or_empty(cast(content as varchar)), null);

create or replace macro phrase_parameter(name, phrase) as
    parameter(name, 'phrase', phrase, null);

create or replace macro number_parameter(name, number) as
    parameter(name, 'number', number, null);

create or replace macro amount_parameter(name, amount, currency) as
    parameter(name, 'amount', amount, currency);

create or replace macro minute_parameter(name, moment, zone) as
    parameter(name, 'minute', minute_text(moment, zone), null);

create or replace macro day_parameter(name, day) as
    parameter(name, 'day', day, null);

create or replace macro duration_parameter(name, microseconds) as
    parameter(name, 'duration', microseconds, null);

-- A parameter's value as people read it in English.
create or replace macro parameter_text(one) as
    case one.kind
        when 'amount' then amount_text(cast(one.value as decimal(38, 9)), one.unit)
        when 'duration' then duration_text(cast(one.value as decimal(38, 0)))
        else one.value
    end;

-- A map from the names of parameters to their texts.
create or replace macro parameter_texts(parameters) as
    map_from_entries(
        list_transform(parameters, lambda one: { 'key': one.name, 'value': parameter_text(one) })
    );

-- Sentences one after the other, with each {name} replaced by its text; a sentence that is null is left out.
create or replace macro filled_sentences(sentences, texts) as
    array_to_string(
        list_transform(
            regexp_extract_all(array_to_string(sentences, ' '), '[^{}]+|[{][^{}]*[}]'),
            lambda part: case when starts_with(part, '{') then texts[trim(part, '{}')] else part end
        ),
        ''
    );
