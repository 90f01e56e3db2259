"""The texts of the page in Danish, by key. `english` has the same keys and placeholders, which a test checks."""

TEXTS = {
    # The page
    "title": "Ladebog",
    "skip": "Gå til indholdet",
    "contents": "Indhold",
    "accounts": "Konti",
    "made": "Tal pr. {moment}. Siden laves igen, når en kørsel ændrer noget.",
    "empty": "Der er ikke arkiveret noget endnu. Hent dine ladninger med: ladebog run",
    "as_table": "Tallene som tabel",
    "unknown": "ukendt",
    "tax": "Moms",
    # The head
    "head": "seneste afsluttede måned",
    "head.none": "Ingen måned er afsluttet endnu.",
    "head.energy": "Energi",
    "head.cost": "Pris",
    "head.of_which": "Heraf {tax}",
    "head.price": "Gennemsnitspris",
    "head.per_kwh": "{currency} pr. kWh",
    "head.sessions": "{count} ladninger",
    "head.session": "1 ladning",
    "head.change": "{percent} i forhold til {month} ({price})",
    "head.no_change": "ingen pris i {month} at sammenligne med",
    # What to do
    "due": "Klar til udlæg",
    "due.none": "Intet venter på at blive gjort til udlæg.",
    "due.corrections": "Rettelser til tidligere måneder",
    "due.more": "{count} tidligere måneder",
    "due.more_one": "1 tidligere måned",
    "due.command": "Lav det ældste med:",
    "due.unpaid": "Udlæg, der ikke er betalt",
    "due.claim": "Udlæg nr. {number}",
    "attention": "Kræver opmærksomhed",
    "attention.none": "Intet kræver din opmærksomhed.",
    "attention.failed": "Den seneste kørsel fejlede.",
    "attention.interrupted": "Den seneste kørsel blev afbrudt.",
    "attention.details": "Ladninger uden detaljer: {count}",
    "attention.quarantined": "Svar, der ikke kan læses: {count}",
    "attention.errors": "Fejl: {count}",
    "attention.warnings": "Advarsler: {count}",
    # Charts
    "year": "År",
    "year.sums": "{sessions} ladninger, {energy} kWh, {amount} {currency}",
    "months": "Måneder",
    "months.label": "Søjler med kWh og pris i {currency} for hver måned i {year}. En tabel følger.",
    "months.open": "Bleg: måneden er ikke afsluttet endnu.",
    "calendar": "Dage",
    "calendar.label": "En kalender for {year}, hvor dagene er farvet efter kWh. En tabel følger.",
    "calendar.up_to": "op til {energy}",
    "calendar.stop": "En ladning hører i sin helhed til den dag, hvor den sluttede. Energi i kWh.",
    "hours": "Pris og energi efter tidspunkt på dagen",
    "hours.label": (
        "Gennemsnitsprisen i {currency} pr. kWh, og kWh, for hver time på dagen i {year}. En tabel følger."
    ),
    "hours.price": "{currency} pr. kWh",
    "money": "Hvor pengene gik hen",
    "money.label": (
        "Søjler med delene af hver måneds regning i {currency} i {year}: spotpris, tillæg, moms og resten. "
        "En tabel følger."
    ),
    "money.spot": "Spotpris",
    "money.markup": "Tillæg",
    "money.rest": "Andet",
    "money.note": (
        "Spotpris og tillæg er uden moms. Andet er det, som priserne ikke forklarer: gebyrer, mindstepriser, tariffer "
        "med én pris og afrundinger."
    ),
    "foreign": "I andre valutaer",
    "foreign.note": "Disse ladninger er ikke med i tallene ovenfor: beløb i forskellige valutaer lægges aldrig sammen.",
    # Columns
    "column.month": "Måned",
    "column.day": "Dag",
    "column.hour": "Time",
    "column.sessions": "Ladninger",
    "column.energy_kwh": "kWh",
    "column.amount": "Pris, {currency}",
    "column.cost": "Pris",
    "column.currency": "Valuta",
    "column.tax": "Moms, {currency}",
    "column.price": "{currency} pr. kWh",
    "column.state": "Tilstand",
    "state.closed": "afsluttet",
    "state.open": "ikke afsluttet",
}
