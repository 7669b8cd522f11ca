/// The scripts of a page. All is there without them.
enum Script {
  /// Shows the numbers below the pointer: of each line the point that is nearest in x, read from the line itself.
  static let hovering: Markup = """

    (() => {
      const number = v => v === 0 ? "0" : Math.abs(v) >= 1e5 || Math.abs(v) < 1e-3 ? v.toExponential(3) : String(+v.toPrecision(4));
      const show = (plot, clientX) => {
        const box = plot.getBoundingClientRect(), at = (clientX - box.left) / box.width * 1000;
        const axis = plot.dataset.axis.split(" ").map(Number);
        const value = (v, low, high, isLog) => isLog ? Math.exp(Math.log(low) + v * Math.log(high / low)) : low + v * (high - low);
        let lines = [], best = null;
        for (const line of plot.querySelectorAll("polyline[data-name]")) {
          let near = null;
          for (const point of line.points) if (!near || Math.abs(point.x - at) < Math.abs(near.x - at)) near = point;
          if (!near) continue;
          if (best === null || Math.abs(near.x - at) < Math.abs(best - at)) best = near.x;
          lines.push(line.dataset.name + "  " + number(value(1 - near.y / 1000, axis[2], axis[3], axis[4])));
        }
        if (best === null) return;
        let tip = plot.querySelector(".tip"), hair = plot.querySelector(".hover");
        if (!tip) { tip = document.createElement("span"); tip.className = "tip"; plot.append(tip); }
        tip.textContent = plot.dataset.x + " " + number(value(best / 1000, axis[0], axis[1], 0)) + "\\n" + lines.join("\\n");
        tip.style.left = best < 500 ? "calc(" + best / 10 + "% + 10px)" : "";
        tip.style.right = best < 500 ? "" : "calc(" + (100 - best / 10) + "% + 10px)";
        tip.hidden = false;
        hair.setAttribute("d", "M" + best + " 0V1000"); hair.style.display = "inline";
      };
      const hide = plot => {
        const tip = plot.querySelector(".tip"); if (tip) tip.hidden = true;
        plot.querySelector(".hover").style.display = "none";
      };
      document.addEventListener("pointermove", event => {
        const plot = event.target.closest && event.target.closest(".plot[data-axis]");
        for (const other of document.querySelectorAll(".plot[data-axis]")) if (other !== plot && other.querySelector(".tip:not([hidden])")) hide(other);
        if (plot) show(plot, event.clientX);
      });
    })();

    """

  /// Looks every two seconds whether there is something new, and shows it in the place of what was there.
  ///
  /// - Parameter version: what the page shows.
  static func renewing(from version: Int) -> Markup {
    """

    (() => {
      let seen = "\(version)", word = null;
      const tell = text => {
        if (!word) { word = document.createElement("p"); word.className = "live"; word.setAttribute("role", "status"); document.body.prepend(word); }
        if (word.textContent !== text) word.textContent = text;
      };
      const look = async () => {
        try {
          const now = await (await fetch("version", { cache: "no-store" })).text();
          if (now !== seen) {
            const page = new DOMParser().parseFromString(await (await fetch(".", { cache: "no-store" })).text(), "text/html");
            const open = document.querySelector("details[open]");
            document.getElementById("report").replaceWith(page.getElementById("report"));
            if (open) document.querySelector("details").open = true;
            document.title = page.title;
            seen = now;
          }
          tell("Live: this page renews itself.");
        } catch { tell("The run has ended, or cannot be reached: report.html in its folder has the last state."); }
        setTimeout(look, 2000);
      };
      look();
    })();

    """
  }
}
