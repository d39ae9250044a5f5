import { useEffect, useState } from "react";
import { io } from "socket.io-client";

function Clock() {
  const [ticks, setTicks] = useState([]);

  useEffect(() => {
    const socket = io("http://localhost:5000");
    socket.on("tick", (number) => setTicks((before) => [...before, number].slice(-2)));
    return () => socket.disconnect();
  }, []);

  return <ul>{ticks.map((number) => <li key={number}>{number}</li>)}</ul>;
}

export default function App() {
  const [shown, setShown] = useState(true);
  return (
    <>
      <button onClick={() => setShown(!shown)}>{shown ? "Hide" : "Show"} the clock</button>
      {shown && <Clock />}
    </>
  );
}
