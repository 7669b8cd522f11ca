import Commands
import FoundationEssentials
import Glibc

exit(
  Program.run(
    Array(ProcessInfo.processInfo.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment))
