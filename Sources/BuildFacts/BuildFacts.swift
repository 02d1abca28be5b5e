// Which commit these sources are, as git says when they are compiled. A module of its own, so that another commit compiles
// this and nothing else again; the values are in a file that the plugin BuildFacts writes by scripts/build-facts.

/// `commit`: all forty digits; nil where nothing says it. `isDirty`: whether what is built differs from that commit.
package enum BuildFacts {}
