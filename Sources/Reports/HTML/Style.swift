/// The style sheet of all pages, in a light and a dark scheme. Text is told from its ground by a contrast of at least 4.5 in both,
/// and nothing by its colour alone: lines differ in their dashes, cells have their numbers.
enum Style {
  static let sheet: Markup = """

    :root {
      --ground: #f6f7f9; --card: #ffffff; --text: #1b1f26; --muted: #565d6b; --line: #dde1e7; --grid: #e8ebef;
      --one: #1d5fbf; --two: #b0450b; --three: #1a7340; --four: #7b3fb3; --five: #8a6100; --six: #0b6f7f; --seven: #b02a5c;
      --eight: #4a5568; --heat: 29, 95, 191; --right: 26, 115, 64; --wrong: #a3262e; --shade: #eef2f8;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #101318; --card: #181c23; --text: #e7eaf0; --muted: #a5aebd; --line: #2d333e; --grid: #252b35;
        --one: #7db2ff; --two: #ffa869; --three: #6fd396; --four: #c9a2ff; --five: #e6c15c; --six: #64cfe0; --seven: #ff94b8;
        --eight: #b3bccb; --heat: 125, 178, 255; --right: 111, 211, 150; --wrong: #ff9a9a; --shade: #1f2530;
      }
    }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body {
      margin: 0; background: var(--ground); color: var(--text); overflow-wrap: anywhere;
      font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
    }
    main { max-width: 1180px; margin: 0 auto; padding: 28px 20px 64px; }
    h1 { font-size: 26px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -.01em; }
    h2 { font-size: 18px; margin: 0 0 4px; letter-spacing: -.005em; }
    h3 { font-size: 14px; margin: 0 0 8px; font-weight: 600; }
    p { margin: 0 0 10px; }
    .lead, .note, header p { color: var(--muted); }
    .lead { margin-bottom: 14px; max-width: 85ch; } dl + .scroll { margin-top: 18px; }
    .note { font-size: 13px; margin: 8px 0 0; }
    section {
      background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px 22px 22px; margin: 18px 0 0;
    }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 20px 0 0; padding: 0; }
    .tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 12px 16px; }
    .tiles dt { color: var(--muted); font-size: 13px; }
    .tiles dd { margin: 0; font-size: 22px; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.3; }
    .tiles small { display: block; font-size: 12.5px; font-weight: 400; color: var(--muted); }
    .badge {
      display: inline-block; border: 1px solid currentColor; border-radius: 99px; padding: 1px 10px; font-size: 13px;
      color: var(--one); margin-right: 8px;
    }
    .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 430px), 1fr)); gap: 26px 34px; }
    .two > * { min-width: 0; }
    figure { margin: 0; min-width: 0; }
    figcaption { font-size: 14px; font-weight: 600; margin-bottom: 6px; }
    .legend {
      display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: 12.5px; color: var(--muted); margin: 0 0 6px; padding: 0;
      list-style: none;
    }
    .legend svg { width: 26px; height: 10px; vertical-align: middle; margin-right: 6px; }
    .plot { position: relative; height: 220px; margin: 12px 10px 42px 54px; }
    .plot svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
    .plot span { position: absolute; font-size: 12px; line-height: 1; color: var(--muted); white-space: nowrap; }
    .plot .y { right: calc(100% + 8px); transform: translateY(-50%); }
    .plot .x { top: calc(100% + 8px); transform: translateX(-50%); }
    .plot .name { top: calc(100% + 24px); left: 50%; transform: translateX(-50%); }
    .plot .mark { top: 4px; transform: translateX(5px); font-size: 11px; }
    .plot.square { height: auto; aspect-ratio: 1; max-width: 380px; }
    .grid { stroke: var(--grid); } .axis { stroke: var(--line); }
    .plot path, .plot line, .plot polyline, .legend path { vector-effect: non-scaling-stroke; fill: none; }
    .s { stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
    .thin { stroke-width: 1; opacity: .45; }
    .dots { stroke-width: 6; stroke-linecap: round; }
    .restart { stroke: var(--muted); stroke-dasharray: 2 4; }
    .c1 { stroke: var(--one); } .c2 { stroke: var(--two); } .c3 { stroke: var(--three); } .c4 { stroke: var(--four); }
    .c5 { stroke: var(--five); } .c6 { stroke: var(--six); } .c7 { stroke: var(--seven); } .c8 { stroke: var(--eight); }
    .d1 { stroke-dasharray: none; } .d2 { stroke-dasharray: 7 5; } .d3 { stroke-dasharray: 2 5; } .d4 { stroke-dasharray: 10 4 2 4; }
    .hover { display: none; }
    .plot .tip {
      background: var(--card); color: var(--text); border: 1px solid var(--line); border-radius: 8px; padding: 6px 10px; top: 6px;
      line-height: 1.5; white-space: pre; pointer-events: none; box-shadow: 0 2px 10px rgb(0 0 0 / .15); z-index: 2;
    }
    .bar { fill: var(--one); fill-opacity: .75; stroke: var(--one); vector-effect: non-scaling-stroke; }
    .scroll { overflow-x: auto; max-width: 100%; margin: 0; border-radius: 6px; }
    .scroll:focus-visible, summary:focus-visible, a:focus-visible { outline: 2px solid var(--one); outline-offset: 2px; }
    table { border-collapse: collapse; font-size: 13.5px; font-variant-numeric: tabular-nums; width: 100%; }
    caption { text-align: left; font-weight: 600; font-size: 14px; padding-bottom: 6px; }
    th, td { padding: 5px 10px; border-bottom: 1px solid var(--grid); text-align: left; vertical-align: top; overflow-wrap: normal; }
    th { font-weight: 600; } thead th { color: var(--muted); border-bottom-color: var(--line); font-size: 12.5px; }
    tbody th { font-weight: 500; }
    .numeric td, .numeric thead th + th { text-align: right; white-space: nowrap; }
    .numeric td.text, .numeric thead th.text { text-align: left; white-space: normal; }
    .matrix td { padding: 1px; border: 0; min-width: 46px; }
    .matrix td span { display: block; text-align: center; padding: 6px 2px; border-radius: 4px; }
    .matrix thead th + th { text-align: center; font-weight: 500; white-space: normal; overflow-wrap: anywhere; }
    .matrix th { border: 0; } .matrix .right { font-weight: 700; outline: 1.5px solid currentColor; outline-offset: -2px; }
    .zero { color: var(--muted); }
    .share { display: inline-block; width: 54px; height: 8px; margin-left: 8px; background: var(--grid); border-radius: 4px; overflow: hidden; }
    .share i { display: block; height: 100%; background: var(--one); border-radius: 4px; }
    .fits { container-type: inline-size; } .fits th, .fits td { padding: 5px 7px; } .fits .share { width: 30px; }
    .fits tbody th, .settings td { overflow-wrap: anywhere; } .fits tbody th { min-width: 5em; } .settings td { min-width: 9em; }
    @container (max-width: 500px) { .fits .share { display: none; } .fits th, .fits td { padding: 5px 4px; } }
    .mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); gap: 18px 16px; margin: 0; padding: 0; list-style: none; }
    .mistakes figcaption { font-weight: 400; font-size: 13px; line-height: 1.4; margin: 6px 0 0; }
    .mistakes b { font-weight: 600; } .mistakes .was { color: var(--wrong); }
    .mistakes small { color: var(--muted); font-size: 12px; display: block; }
    .picture, .filters img { display: block; width: 100%; background: var(--shade); border-radius: 6px; object-fit: contain; }
    .picture { aspect-ratio: 1; } .pixels { image-rendering: pixelated; }
    .slices { display: grid; grid-template-columns: repeat(3, 1fr); gap: 3px; }
    .wave { aspect-ratio: 2; width: 100%; display: block; background: var(--shade); border-radius: 6px; }
    .wave path { fill: none; stroke-width: 1.2; vector-effect: non-scaling-stroke; }
    .filters { display: grid; grid-template-columns: repeat(auto-fill, minmax(40px, 1fr)); gap: 5px; }
    .filters img, .filters svg { aspect-ratio: 1; }
    .stack { display: flex; height: 30px; border-radius: 8px; overflow: hidden; gap: 2px; margin: 4px 0 14px; }
    .stack i { background: var(--ground); border: 0 solid; border-top-width: 30px; min-width: 2px; }
    dl { margin: 0; } section dl div { display: grid; grid-template-columns: minmax(110px, 190px) 1fr; gap: 4px 16px; padding: 5px 0; border-bottom: 1px solid var(--grid); }
    section dl div:last-child { border-bottom: 0; }
    section dt { color: var(--muted); font-size: 13.5px; } section dd { margin: 0; font-size: 13.5px; min-width: 0; }
    code, pre { font: 12.5px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    pre { background: var(--shade); border-radius: 8px; padding: 12px 14px; margin: 0 0 14px; white-space: pre-wrap; overflow-wrap: anywhere; }
    details { margin-top: 14px; } summary { cursor: pointer; color: var(--one); font-size: 14px; margin-bottom: 10px; }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    .key { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 8px; }
    .live { margin: 0; padding: 5px 20px; background: var(--shade); border-bottom: 1px solid var(--line); color: var(--muted); font-size: 13px; }
    footer { color: var(--muted); font-size: 12.5px; margin-top: 20px; }
    @media (max-width: 560px) {
      main { padding: 18px 12px 40px; } section { padding: 16px 14px; border-radius: 10px; } h1 { font-size: 21px; }
      .tiles { grid-template-columns: 1fr 1fr; } .tiles dd { font-size: 19px; } section dl div { grid-template-columns: 1fr; gap: 0; }
      .mistakes { grid-template-columns: repeat(2, 1fr); } .plot { height: 190px; }
    }
    @media print { section, .tiles div { break-inside: avoid; } body { background: none; } }

    """
}
