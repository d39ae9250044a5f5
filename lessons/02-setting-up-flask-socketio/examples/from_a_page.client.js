const socket = io();

socket.on("news", (text) => console.log("news:", text));

socket.on("connect", () => {
  socket.emit("hello", "number " + Math.round(Math.random() * 100), (answer) => {
    console.log("answer:", answer);
  });
});
